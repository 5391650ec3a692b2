import { sql, type Kysely } from 'kysely'

/** What a training run leaves beside its model: evaluation, record and report, in the blob store under their hashes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table training_run_artefacts (
  run_id uuid not null references training_runs, kind text not null, sha256 text not null, byte_length integer not null,
  primary key (run_id, kind)
)`,
    )
    .execute(db)
}
