import type { MarkRow } from '../store/database.ts'
import type { Store } from '../store/store.ts'

/**
 * Everything on this device goes: keys first of all, so that what a disk may still hold of the rest opens nowhere. What stays is when and
 * why, to be said to the person who finds an empty device. The shell's copies go before: found without their rows they would come back.
 * One that cannot be removed keeps nothing else here.
 *
 * @throws what the shell said of copies that it did not remove, after everything else is gone.
 */
export async function eraseDevice(
  { db, copies }: Pick<Store, 'db' | 'copies'>,
  because: Extract<MarkRow['name'], `erased-${string}`>,
  now: number,
): Promise<void> {
  const recordingIds = await db.recordings.toCollection().primaryKeys()
  const removals = await Promise.allSettled([
    ...recordingIds.map(async (recordingId) => copies?.remove(recordingId)),
    copies?.removeWithdrawals(),
  ])
  await db.transaction('rw', db.tables, async () => {
    await db.keys.clear()
    await db.participantKeys.clear()
    for (const table of db.tables) await table.clear()
    await db.marks.put({ name: because, value: now })
  })
  const failed = removals.find((removal) => removal.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
