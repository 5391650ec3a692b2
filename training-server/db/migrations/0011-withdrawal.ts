import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/**
 * What a withdrawal leaves behind and what it takes away. Whatever hangs on a participant goes with the participant's row: every table
 * that refers to one says `on delete cascade` (a test walks them).
 */
export const up = (db: Kysely<unknown>): Promise<void> => runStatements(db, statements)

const CASCADING = [
  ['encounters', 'participant_id', 'participants'],
  ['recordings', 'encounter_id', 'encounters'],
  ['recordings', 'participant_id', 'participants'],
  ['assessments', 'recording_id', 'recordings'],
  ['labels', 'encounter_id', 'encounters'],
  ['receipts', 'recording_id', 'recordings'],
  ['dataset_items', 'recording_id', 'recordings'],
  ['dataset_items', 'participant_id', 'participants'],
] as const

const cascades = CASCADING.map(
  ([table, column, target]) => `
alter table ${table} drop constraint ${table}_${column}_fkey,
  add foreign key (${column}) references ${target} on delete cascade;
`,
).join('')

const statements = `${cascades}
create index dataset_items_participant on dataset_items (participant_id);
create table withdrawn_records (id uuid primary key, participant_id uuid not null);
create table blob_removals (sha256 text primary key, requested_at timestamptz not null);
create index changes_label on changes ((body -> 'label' ->> 'id'));
create index recordings_sha256 on recordings (sha256);
alter table dataset_versions add column withdrawn_at timestamptz, add column successor_id uuid references dataset_versions;
create table dataset_withdrawals (
  dataset_version_id uuid not null references dataset_versions, recording_id uuid not null, withdrawn_at timestamptz not null,
  primary key (dataset_version_id, recording_id)
);
create table model_withdrawals (
  id uuid primary key, model_id uuid not null references model_versions, withdrawal_id uuid not null references withdrawals,
  flagged_at timestamptz not null, decision text, reason text, decided_by text, decided_at timestamptz, unique (model_id, withdrawal_id)
);
create table retention_rules (
  id uuid primary key, site_id uuid references sites, protocol text, keep_days integer not null check (keep_days > 0),
  set_by text not null, set_at timestamptz not null, unique nulls not distinct (site_id, protocol)
)
`
