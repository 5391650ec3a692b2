import { sql, type Kysely } from 'kysely'

/** Published versions of the clinical protocol: never changed, never removed, since encounters name the one they were filled in with. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table clinical_protocols (
    version integer primary key, body jsonb not null, sha256 text not null, note text not null,
    published_by text not null, published_at timestamptz not null
  )`,
  `create function clinical_protocols_stand() returns trigger language plpgsql as
    $$ begin raise exception 'a published protocol stands as it is'; end $$`,
  `create trigger clinical_protocols_stand before update or delete or truncate on clinical_protocols
    for each statement execute function clinical_protocols_stand()`,
  `alter table encounters add column protocol_version integer, add column answers jsonb`,
]
