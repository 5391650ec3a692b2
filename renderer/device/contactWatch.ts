import type { OutOfContact } from '../bedside/bedside.ts'
import { createLive, type MutableLive, surface } from '../bedside/live.ts'
import type { Store } from '../store/store.ts'
import { eraseDevice } from './eraseDevice.ts'
import { countRunning, lookAtContact } from './outOfContact.ts'

const LOOK_EVERY_MS = 10 * 60_000

export interface ContactWatch {
  readonly state: MutableLive<OutOfContact | null>
  stop(): void
}

/**
 * Says how long this device may still be without the server, where the administrator set an end to it, and erases the device then. Locked
 * or not: nothing it looks at is sealed.
 *
 * @param isBusy a recording is running: it is let finish.
 * @param initial what a look has found already.
 * @param running milliseconds of a clock that nobody sets.
 */
export function watchContact(
  store: Pick<Store, 'db' | 'copies'>,
  {
    isBusy,
    erased,
    initial = null,
    now = Date.now,
    running = () => performance.now(),
  }: {
    isBusy: () => boolean
    erased: () => void
    initial?: OutOfContact | null
    now?: () => number
    running?: () => number
  },
): ContactWatch {
  const { db } = store
  const state = createLive(initial)
  const stopped = new AbortController()
  /** Up to where the time was counted; null in a tab beside another, which counts it already. */
  let countedTo: number | null = null

  async function look(): Promise<void> {
    if (countedTo !== null) {
      const from = countedTo
      countedTo = running()
      await countRunning(db, countedTo - from)
    }
    const found = await lookAtContact(db, now())
    if (stopped.signal.aborted) return
    if (found !== 'erase') return state.set(found)
    if (isBusy()) return
    await eraseDevice(store, 'erased-out-of-contact', now())
    erased()
  }

  const whileStopped = (error: unknown): void => (stopped.signal.aborted ? undefined : surface(error))
  const lookNow = (): void => void look().catch(whileStopped)
  const timer = setInterval(lookNow, LOOK_EVERY_MS)
  lookNow()
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  navigator.locks
    .request(`spira-contact/${db.name}`, { signal: stopped.signal }, () => {
      countedTo = running()
      return over
    })
    .catch(whileStopped)
  return {
    state,
    stop() {
      stopped.abort()
      end()
      clearInterval(timer)
    },
  }
}
