import { sql, type Kysely } from 'kysely'

/** What the administrator decided for every device, and how far each has carried out the list of changes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table device_policy (
  id boolean primary key default true check (id), erase_after_days integer check (erase_after_days > 0),
  set_by text not null, set_at timestamptz not null
)`,
    )
    .execute(db)
  await sql.raw(`alter table devices add column changes_done integer not null default 0`).execute(db)
}
