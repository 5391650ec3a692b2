import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/** Exports of dataset versions: made by a job, kept as a blob, listed for who asks later what left and when. */
export const up = (db: Kysely<unknown>): Promise<void> => runStatements(db, statements)

const statements = `
create table exports (
  id uuid primary key, dataset_version_id uuid not null references dataset_versions, request jsonb not null, status text not null,
  progress double precision not null, file_name text not null, byte_length bigint, sha256 text, croissant jsonb, failure text,
  cancel_requested boolean not null default false, created_by text not null, created_at timestamptz not null, ended_at timestamptz
)
`
