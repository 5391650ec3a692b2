import { Dexie } from 'dexie'
import type { OutboxRow, SpiraDatabase } from './database.ts'
import { isQuotaExceeded } from './isQuotaExceeded.ts'

/** What is removed at once when a write finds no room: eight minutes of sound, so that not every chunk has to ask. */
const AT_ONCE_BYTES = 16 * 1024 * 1024

/** Audio that is here and of which the server's receipt is held, the oldest first. */
async function receiptedAudio(db: SpiraDatabase): Promise<readonly OutboxRow[]> {
  const synced = await db.outbox
    .where('[kind+state+sequence]')
    .between(['audio', 'synced', Dexie.minKey], ['audio', 'synced', Dexie.maxKey])
    .toArray()
  const recordings = await db.recordings.bulkGet(synced.map(({ id }) => id))
  return synced.filter(({ receiptId }, at) => receiptId !== null && recordings[at]?.audio === undefined)
}

/** Bytes that could be made free by removeReceiptedAudio. */
export async function receiptedBytes(db: SpiraDatabase): Promise<number> {
  return (await receiptedAudio(db)).reduce((sum, { byteLength }) => sum + byteLength, 0)
}

/**
 * Removes audio from this device until `wantedBytes` are free, the oldest first, and only such as the server has given a receipt for: its
 * recording, with result, label and receipt, stays and says that the audio is kept at the server. Nothing else is ever removed.
 *
 * @returns the bytes that were removed; fewer than wanted when no more could be.
 */
export async function removeReceiptedAudio(db: SpiraDatabase, wantedBytes: number): Promise<number> {
  let removed = 0
  for (const { id, byteLength } of await receiptedAudio(db)) {
    if (removed >= wantedBytes) break
    const isRemoved = await db.transaction('rw', db.outbox, db.recordings, db.chunks, async () => {
      const row = await db.outbox.get(id)
      // The server may have said meanwhile that it lost it, or another window may have removed it.
      if (row?.state !== 'synced' || (await db.recordings.get(id))?.audio !== undefined) return false
      await db.recordings.update(id, { audio: 'at-server' })
      await db.chunks.where('[recordingId+index]').between([id, Dexie.minKey], [id, Dexie.maxKey]).delete()
      return true
    })
    if (isRemoved) removed += byteLength
  }
  return removed
}

/** Does `write`; as long as the disk is too full for it and receipted audio can be removed, again. @throws what `write` throws. */
export async function writeMakingRoom<T>(db: SpiraDatabase, write: () => PromiseLike<T>): Promise<T> {
  for (;;) {
    try {
      return await write()
    } catch (error) {
      if (!isQuotaExceeded(error) || (await removeReceiptedAudio(db, AT_ONCE_BYTES)) === 0) throw error
    }
  }
}
