import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/**
 * Sex and age that came to be known after a participant was registered. The participant's row holds what counts, so that the explorer's
 * index, datasets and exports follow by what they read already.
 */
export const up = (db: Kysely<unknown>): Promise<void> => runStatements(db, statements)

const statements = `
create table participant_corrections (
  id uuid primary key, position integer generated always as identity unique, participant_id uuid not null references participants on delete cascade,
  device_id uuid not null references devices, sex text, age_years integer, corrected_at timestamptz not null
);
create index participant_corrections_participant on participant_corrections (participant_id)
`
