import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/**
 * Recordings from elsewhere. Until an import is filed its files lie outside, and only `import_files` knows of them; filed, it is known which
 * encounters came with it, so that it can be undone. `source_key` is a keyed hash of what the foreign table called a participant: by it a
 * second import finds the same person, and one who has withdrawn is not brought in again. `devices.imports` is a site's door for imports, not a device.
 */
export const up = (db: Kysely<unknown>): Promise<void> => runStatements(db, statements)

const statements = `
alter table devices add imports boolean not null default false;
create unique index devices_imports on devices (site_id) where imports;
create table imports (
  id uuid primary key, name text not null, status text not null check (status in ('staged', 'filed', 'undone')), list text, mapping jsonb,
  recordings integer, participants integer, created_by text not null, created_at timestamptz not null, filed_at timestamptz, undone_at timestamptz
);
create table import_files (
  id uuid primary key, import_id uuid not null references imports on delete cascade, path text not null, byte_length bigint not null,
  audio jsonb, failure text, unique (import_id, path)
);
create table import_encounters (
  encounter_id uuid primary key references encounters on delete cascade, import_id uuid not null references imports
);
create index import_encounters_import on import_encounters (import_id);
create table import_participants (
  import_id uuid not null references imports, participant_id uuid not null, site_id uuid not null references sites, source_key text not null,
  primary key (import_id, participant_id)
);
create index import_participants_source on import_participants (source_key)
`
