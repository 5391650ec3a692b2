import { type QueryExecutorProvider, sql } from 'kysely'

/** The losses of every model that a run trains, at the stage that trains it; the run's own are its first seed's. */
export const up = async (db: QueryExecutorProvider): Promise<void> => {
  await sql`alter table run_stages add column epochs jsonb not null default '[]'`.execute(db)
  await sql`update run_stages set epochs = training_runs.epochs from training_runs
    where run_id = training_runs.id and run_stages.stage = 'train' and shard = 'seed ' || seed`.execute(db)
}
