import { sql, type Kysely } from 'kysely'

/** What devices pull, batches with their clock skew, and the tombstones of withdrawn participants. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements.split(';\n')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
}

const statements = `
create table device_batches (
  id uuid primary key, device_id uuid not null references devices, received_at timestamptz not null,
  clock_skew_ms double precision not null, events integer not null
);
create index device_batches_device on device_batches (device_id, received_at);
create table changes (
  position integer generated always as identity primary key, site_id uuid references sites, body jsonb not null, created_at timestamptz not null
);
create index changes_site on changes (site_id, position);
create table withdrawals (
  id uuid primary key, participant_id uuid not null unique, site_id uuid not null references sites, origin text not null,
  withdrawn_at timestamptz not null, received_at timestamptz not null
);
`
