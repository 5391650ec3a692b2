import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/** By which rules a dataset version was chosen; null for one of everything usable. */
export const up = (db: Kysely<unknown>): Promise<void> =>
  runStatements(db, 'alter table dataset_versions add cohort jsonb')
