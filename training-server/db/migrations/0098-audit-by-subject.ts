import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/** Whether somebody has an entry for a file already is asked at each seek of a player: by an index, not by reading the whole log. */
export const up = (db: Kysely<unknown>): Promise<void> =>
  runStatements(db, 'create index audit_log_subject on audit_log (subject, at)')
