import { type QueryExecutorProvider, sql } from 'kysely'

/** When somebody took a given-up stage from the list of dead letters without trying it again; who and why is in the audit log. */
export const up = async (db: QueryExecutorProvider): Promise<void> => {
  await sql`alter table run_stages add column dismissed_at timestamptz`.execute(db)
}
