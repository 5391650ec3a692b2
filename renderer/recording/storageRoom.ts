import type { SpiraDatabase } from '../store/database.ts'
import { removeReceiptedAudio } from '../store/makeRoom.ts'
import { MicrophoneError } from './microphoneError.ts'

/** About 25 minutes of sound: enough for an encounter, and for the last chunk of one that is running. */
export const LEAST_FREE_BYTES = 50 * 1024 * 1024

/**
 * Where less is free than a recording needs, room is made of audio that the server has.
 *
 * @throws MicrophoneError `storage-full` before a recording is begun that could not be kept even so.
 */
export async function requireStorageRoom(db: SpiraDatabase): Promise<void> {
  const { quota, usage = 0 } = await storageEstimate()
  if (quota === undefined) return
  const missing = LEAST_FREE_BYTES - (quota - usage)
  // What was removed is believed to be free: a browser may count it as used for a while yet.
  if (missing > 0 && (await removeReceiptedAudio(db, missing)) < missing) throw new MicrophoneError('storage-full')
}

export async function storageEstimate(): Promise<StorageEstimate> {
  // Absent outside secure contexts; IndexedDB then still says when it is full.
  return 'storage' in navigator ? navigator.storage.estimate() : {}
}

/** Asks the browser once not to clear this device's data when the disk runs low. It may refuse; the journal works either way. */
export async function requestPersistence(): Promise<void> {
  if (!('storage' in navigator) || (await navigator.storage.persisted())) return
  await navigator.storage.persist()
}
