import type { LockService, LockState } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import type { Store } from '../store/store.ts'
import { changePin, chooseFirstPin, IDLE_MINUTES } from './choosePin.ts'

export interface LockServiceOptions {
  readonly store: Store
  /** In the shell the operating system keeps the key and a PIN is a choice; on the web nothing else protects what is on the disk. */
  readonly optional: boolean
  /** The device's key as the shell keeps it; null on the web. */
  readonly keptKey: () => Promise<Uint8Array<ArrayBuffer> | null>
  /** A recording runs, or something is being sent: locking would end it. */
  readonly isBusy: () => boolean
  /** Ends everything that has the key in memory. */
  readonly lock: () => void
}

/** So long a lock may wait for what is being sent; a recording it always waits for. */
const LOOK_AGAIN_MS = 10_000

export async function createLockService({
  store,
  optional,
  keptKey,
  isBusy,
  lock,
}: LockServiceOptions): Promise<LockService & { dispose(): void }> {
  const { db } = store
  const row = await db.lock.get('pin')
  const state = createLive<LockState>({
    status: row !== undefined ? 'chosen' : optional ? 'optional' : 'needed',
    idleMinutes: row?.idleMinutes ?? IDLE_MINUTES,
  })
  // Other tabs hold the key that was replaced, or are to lock too.
  const others = new BroadcastChannel(`spira-lock/${db.name}`)
  others.onmessage = lock

  let timer: ReturnType<typeof setTimeout> | undefined
  const stopped = new AbortController()
  function watch(delayMs = state.get().idleMinutes * 60_000): void {
    clearTimeout(timer)
    if (state.get().status !== 'chosen') return
    timer = setTimeout(() => (isBusy() ? watch(LOOK_AGAIN_MS) : lock()), delayMs)
  }
  for (const event of ['pointerdown', 'keydown', 'wheel'] as const)
    globalThis.addEventListener?.(event, () => watch(), { passive: true, signal: stopped.signal })
  watch()

  return {
    state,
    async choosePin(pin) {
      await chooseFirstPin(store, pin, await keptKey())
      others.postMessage('replaced')
      state.set({ ...state.get(), status: 'chosen' })
      watch()
    },
    changePin: (current, next) => changePin(store, current, next),
    async setIdleMinutes(idleMinutes) {
      await db.lock.update('pin', { idleMinutes })
      state.set({ ...state.get(), idleMinutes })
      watch()
    },
    lockNow() {
      if (state.get().status !== 'chosen') return
      others.postMessage('lock')
      lock()
    },
    dispose() {
      clearTimeout(timer)
      stopped.abort()
      others.close()
    },
  }
}
