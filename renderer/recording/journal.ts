import { Dexie } from 'dexie'
import { type DataKey, type OpeningKeys, seal, unseal } from '../store/envelope.ts'
import { writeMakingRoom } from '../store/makeRoom.ts'
import { chunkPlace } from '../store/places.ts'
import type { CopyChunk } from '../store/recordingCopies.ts'
import type { SpiraDatabase } from '../store/database.ts'

/** Half a second of PCM16 at 16 kHz: what a power cut may cost. */
export const CHUNK_SAMPLES = 8_000

const GCM_TAG_BYTES = 16

/** The recording's row is gone or closed: it was cancelled or discarded meanwhile, and nothing more of it may be written. */
export class JournalClosedError extends Error {
  override readonly name = 'JournalClosedError'
}

/**
 * Adds one chunk. Resolved, it is on disk: in the database, and in the second copy where there is one that can be written.
 *
 * @throws JournalClosedError when the recording is not being recorded any more.
 * @throws DexieError QuotaExceededError when the disk is full and no receipted audio is left
 *   to be removed; the chunks before are untouched.
 */
export async function appendChunk(
  db: SpiraDatabase,
  key: DataKey,
  recordingId: string,
  index: number,
  pcm: Int16Array<ArrayBuffer>,
  copy: CopyChunk | null,
): Promise<void> {
  const sealed = await seal(key, chunkPlace(recordingId, index), pcm)
  await writeMakingRoom(db, () =>
    db.transaction('rw', db.recordings, db.chunks, async () => {
      const row = await db.recordings.get(recordingId)
      if (row?.state !== 'recording') throw new JournalClosedError(recordingId)
      await db.chunks.add({ recordingId, index, sealed })
    }),
  )
  await copy?.({ recordingId, index, sealed })
}

/** The samples on disk: every chunk from the first to the last before a hole. PCM16, 16 kHz mono. */
export async function readJournal(
  db: SpiraDatabase,
  keys: OpeningKeys,
  recordingId: string,
): Promise<Int16Array<ArrayBuffer>> {
  const rows = await chunksOf(db, recordingId).toArray()
  const parts: Int16Array[] = []
  for (const [position, row] of rows.entries()) {
    if (row.index !== position) break
    parts.push(new Int16Array(await unseal(keys, chunkPlace(recordingId, row.index), row.sealed)))
  }
  return concatPcm(parts)
}

/** Length of what is on disk, without opening it. */
export async function journalSampleCount(db: SpiraDatabase, recordingId: string): Promise<number> {
  let bytes = 0
  await chunksOf(db, recordingId).each((row) => (bytes += row.sealed.data.byteLength - GCM_TAG_BYTES))
  return bytes / Int16Array.BYTES_PER_ELEMENT
}

/** Every chunk of a recording in order, as a Dexie collection. */
export const chunksOf = (db: SpiraDatabase, recordingId: string) =>
  db.chunks.where('[recordingId+index]').between([recordingId, Dexie.minKey], [recordingId, Dexie.maxKey])

export function concatPcm(parts: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
