import type { StorageState } from '../bedside/bedside.ts'
import { createLive, type MutableLive } from '../bedside/live.ts'
import type { SpiraDatabase } from '../store/database.ts'
import { receiptedBytes } from '../store/makeRoom.ts'
import { LEAST_FREE_BYTES, storageEstimate } from './storageRoom.ts'

/** PCM16 at 16 kHz, and the seal of each half second. */
const BYTES_PER_MINUTE = 60 * (2 * 16_000 + 2 * 16)
/** Warned from here on: about two hours of sound, so that there is a shift's time to do something. */
const LOW_FREE_BYTES = 120 * BYTES_PER_MINUTE + LEAST_FREE_BYTES
const LOOK_EVERY_MS = 60_000

/** What so many bytes, free or to be made free, mean for recording; null where the browser does not say. */
export function roomOf(freeBytes: number | null): Pick<StorageState, 'room' | 'minutesLeft'> {
  if (freeBytes === null) return { room: 'unknown', minutesLeft: null }
  const minutesLeft = Math.max(0, Math.floor((freeBytes - LEAST_FREE_BYTES) / BYTES_PER_MINUTE))
  if (freeBytes < LEAST_FREE_BYTES) return { room: 'full', minutesLeft: 0 }
  return { room: freeBytes < LOW_FREE_BYTES ? 'low' : 'enough', minutesLeft }
}

export interface StorageWatch {
  readonly state: MutableLive<StorageState>
  stop(): void
}

/** Asks how much room is left, now and from then on. Audio that can be removed to make room counts as room. */
export function watchStorage(db: SpiraDatabase): StorageWatch {
  const state = createLive<StorageState>({ freeBytes: null, persisted: null, ...roomOf(null) })

  async function look(): Promise<void> {
    const { quota, usage = 0 } = await storageEstimate()
    const freeBytes = quota === undefined ? null : Math.max(0, quota - usage)
    const persisted = 'storage' in navigator ? await navigator.storage.persisted() : null
    const isShort = freeBytes !== null && freeBytes < LOW_FREE_BYTES
    state.set({ freeBytes, persisted, ...roomOf(isShort ? freeBytes + (await receiptedBytes(db)) : freeBytes) })
  }

  const lookQuietly = (): void => void look().catch(() => undefined)
  const timer = setInterval(lookQuietly, LOOK_EVERY_MS)
  lookQuietly()
  return { state, stop: () => clearInterval(timer) }
}
