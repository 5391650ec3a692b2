import { type QueryExecutorProvider, sql } from 'kysely'

/** Beside which release under way a candidate was judged; null: there was none (or it was judged before that was asked). */
export const up = async (db: QueryExecutorProvider): Promise<void> => {
  await sql`alter table gate_decisions add column under_way_version integer`.execute(db)
}
