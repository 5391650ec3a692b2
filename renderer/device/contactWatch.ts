import type { OutOfContact } from '../bedside/bedside.ts'
import { createLive, type MutableLive, surface } from '../bedside/live.ts'
import type { Store } from '../store/store.ts'
import { eraseDevice } from './eraseDevice.ts'
import { lookAtContact } from './outOfContact.ts'

const LOOK_EVERY_MS = 3_600_000

export interface ContactWatch {
  readonly state: MutableLive<OutOfContact | null>
  stop(): void
}

/**
 * Says how long this device may still be without the server, where the administrator set an end to it, and erases the device then.
 *
 * @param isBusy a recording is running: it is let finish.
 */
export function watchContact(
  store: Pick<Store, 'db' | 'copies'>,
  { isBusy, erased, now = Date.now }: { isBusy: () => boolean; erased: () => void; now?: () => number },
): ContactWatch {
  const state = createLive<OutOfContact | null>(null)
  let stopped = false

  async function look(): Promise<void> {
    const found = await lookAtContact(store.db, now())
    if (stopped) return
    if (found !== 'erase') return state.set(found)
    if (isBusy()) return
    await eraseDevice(store, 'erased-out-of-contact', now())
    erased()
  }

  const lookNow = (): void => void look().catch((error: unknown) => (stopped ? undefined : surface(error)))
  const timer = setInterval(lookNow, LOOK_EVERY_MS)
  lookNow()
  return {
    state,
    stop() {
      stopped = true
      clearInterval(timer)
    },
  }
}
