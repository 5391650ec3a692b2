import { type RawBuilder, sql, type Transaction } from 'kysely'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'
import { unreferredBlobs } from './blobReferences.ts'

/** Selected in a transaction: until it ends nobody else files or removes this blob. */
export const blobLock = (sha256: string | RawBuilder<unknown>) =>
  sql`pg_advisory_xact_lock(${ADVISORY_LOCKS.blob}, hashtext(${sha256}))`

export async function lockBlob(trx: Transaction<Database>, sha256: string): Promise<void> {
  await sql`select ${blobLock(sha256)}`.execute(trx)
}

/** Takes away the blobs whose removal was asked for, where nothing else refers to the same bytes. @returns how many went. */
export async function sweepBlobs({ db, blobs }: Pick<ServerContext, 'db' | 'blobs'>): Promise<number> {
  const removals = await db.selectFrom('blobRemovals').select('sha256').execute()
  let removed = 0
  for (const { sha256 } of removals) {
    await db.transaction().execute(async (trx) => {
      await lockBlob(trx, sha256)
      if ((await unreferredBlobs(trx, [sha256])).length === 1) {
        await blobs.remove(sha256)
        removed += 1
      }
      await trx.deleteFrom('blobRemovals').where('sha256', '=', sha256).execute()
    })
  }
  return removed
}
