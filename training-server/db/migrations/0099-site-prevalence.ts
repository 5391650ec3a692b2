import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/** Of 100 patients of a site, how many have the condition: what a result means there depends on it. */
export const up = (db: Kysely<unknown>): Promise<void> =>
  runStatements(
    db,
    'alter table sites add column prevalence_percent smallint check (prevalence_percent between 1 and 99)',
  )
