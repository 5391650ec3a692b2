import type { Kysely } from 'kysely'
import { runStatements } from '../runStatements.ts'

/**
 * Which life of this server it is: another after each restore. A device that sees another one knows that the receipts it holds may be of
 * records this server no longer has.
 */
export const up = (db: Kysely<unknown>): Promise<void> => runStatements(db, statements)

const statements = `alter table server add column epoch uuid not null default gen_random_uuid();`
