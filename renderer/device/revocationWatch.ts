import { createDeviceClient, type Fetch } from '@spira/shared/protocol/deviceClient.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { DeviceRevoked } from '@spira/shared/protocol/revocation.ts'
import { SyncError } from '@spira/shared/protocol/syncError.ts'
import { surface } from '../bedside/live.ts'
import type { Store } from '../store/store.ts'
import { SYNC_LIMITS } from '../sync/limits.ts'
import { eraseDevice } from './eraseDevice.ts'

export interface RevocationWatchOptions {
  /** Called when the device is empty. */
  readonly erased: () => void
  readonly fetch?: Fetch
  /** Epoch milliseconds. */
  readonly now?: () => number
}

const sign = (): Promise<string> => Promise.reject(new Error('a locked device signs nothing'))

/**
 * Asks the server for a locked device whether it was revoked, and erases it only on the order that the pinned key signed for this very
 * device. Whatever else answers, a captive portal or a server that says so without proof, changes nothing; and no answer counts as contact.
 *
 * @returns stops it.
 */
export function watchRevocation(
  store: Pick<Store, 'db' | 'copies'>,
  { erased, fetch = globalThis.fetch.bind(globalThis), now = Date.now }: RevocationWatchOptions,
): () => void {
  const stopped = new AbortController()

  async function ask(): Promise<void> {
    const pinned = await store.db.pinned.get('server')
    if (pinned === undefined) return
    const client = createDeviceClient({ serverUrl: pinned.serverUrl, fetch, now, identity: { ...pinned, sign } })
    const failure = await client.stillEnrolled().then(
      () => null,
      (error: unknown) => error,
    )
    if (stopped.signal.aborted || failure === null) return
    if (failure instanceof DeviceRevoked) {
      await eraseDevice(store, 'erased-revoked', now()).finally(erased)
    } else if (!(failure instanceof SpiraError) && !(failure instanceof SyncError)) throw failure
  }

  const askNow = (): void => void ask().catch((error: unknown) => (stopped.signal.aborted ? undefined : surface(error)))
  const timer = setInterval(askNow, SYNC_LIMITS.contactEveryMs)
  globalThis.addEventListener?.('online', askNow, { signal: stopped.signal })
  askNow()
  return () => {
    stopped.abort()
    clearInterval(timer)
  }
}
