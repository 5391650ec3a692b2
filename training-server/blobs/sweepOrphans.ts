import type { ServerContext } from '../server/context.ts'
import { unreferredBlobs } from './blobReferences.ts'
import { lockBlob } from './sweepBlobs.ts'

/** Whoever files a blob writes the row that refers to it soon after; a week is longer than any job. */
export const ORPHAN_KEPT_MS = 7 * 24 * 3_600_000
const AT_ONCE = 500

export interface SweptOrphans {
  /** Stored files that nothing refers to. They take room, and none of them is taken away yet. */
  readonly waiting: number
  readonly removed: number
}

/**
 * Finds the stored files that nothing refers to, as a crash between a file and its row leaves them, and takes away those that were
 * found so a week ago and still are. Cut off anywhere, the next one goes on.
 */
export async function sweepOrphans(
  { db, blobs }: Pick<ServerContext, 'db' | 'blobs'>,
  now = new Date(),
): Promise<SweptOrphans> {
  const orphans = new Set<string>()
  let batch: string[] = []
  const look = async (): Promise<void> => {
    for (const sha256 of await unreferredBlobs(db, batch)) orphans.add(sha256)
    batch = []
  }
  for await (const sha256 of blobs.list()) if (batch.push(sha256) === AT_ONCE) await look()
  await look()

  const seen = await db.selectFrom('blobOrphans').selectAll().execute()
  const noLonger = seen.map(({ sha256 }) => sha256).filter((sha256) => !orphans.has(sha256))
  if (noLonger.length > 0) await db.deleteFrom('blobOrphans').where('sha256', 'in', noLonger).execute()
  if (orphans.size > 0)
    await db
      .insertInto('blobOrphans')
      .values([...orphans].map((sha256) => ({ sha256, seenAt: now })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()

  let removed = 0
  const due = seen.filter(
    ({ sha256, seenAt }) => orphans.has(sha256) && now.getTime() - seenAt.getTime() >= ORPHAN_KEPT_MS,
  )
  for (const { sha256 } of due)
    await db.transaction().execute(async (trx) => {
      await lockBlob(trx, sha256)
      if ((await unreferredBlobs(trx, [sha256])).length === 1) {
        await blobs.remove(sha256)
        removed += 1
      }
      await trx.deleteFrom('blobOrphans').where('sha256', '=', sha256).execute()
    })
  return { waiting: orphans.size - removed, removed }
}
