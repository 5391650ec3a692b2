import { sql, type Kysely } from 'kysely'

/** Stored files that nothing refers to, since when. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`create table blob_orphans (sha256 text primary key, seen_at timestamptz not null)`).execute(db)
}
