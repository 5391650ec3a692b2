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
/** A machine that slept is found out within so long. */
const LOOK_MS = 30_000

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
  let touchedAt = Date.now()
  const stopped = new AbortController()
  /** Locks when nobody touched anything for long, by the clock on the wall: timers stand still while the machine sleeps. */
  function look(): void {
    clearTimeout(timer)
    if (state.get().status !== 'chosen') return
    const idleMs = state.get().idleMinutes * 60_000
    const leftMs = touchedAt + idleMs - Date.now()
    if (leftMs <= 0 && !isBusy()) return lock()
    timer = setTimeout(look, leftMs <= 0 ? LOOK_AGAIN_MS : Math.min(leftMs, idleMs, LOOK_MS))
  }
  /** The first touch after a sleep does not count as one before it. */
  function touched(): void {
    look()
    touchedAt = Date.now()
  }
  function watch(): void {
    touchedAt = Date.now()
    look()
  }
  for (const event of ['pointerdown', 'keydown', 'wheel'] as const)
    globalThis.addEventListener?.(event, touched, { passive: true, signal: stopped.signal })
  globalThis.document?.addEventListener('visibilitychange', look, { signal: stopped.signal })
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
