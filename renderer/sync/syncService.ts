import type { Change } from '@spira/shared/protocol/changes.ts'
import { DeviceRevoked } from '@spira/shared/protocol/revocation.ts'
import type { SyncService, SyncState } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import type { EnrolledDevice } from '../device/deviceService.ts'
import { keepContact } from '../device/outOfContact.ts'
import type { Store } from '../store/store.ts'
import { pullChanges } from './pullChanges.ts'
import { retryDelayMs, SYNC_LIMITS, type SyncLimits } from './limits.ts'
import { nextAudio, nextDueAt, nextEvents, transition, transitionAll } from './outboxQueue.ts'
import { SendingRate } from './sendingRate.ts'
import { sendWhatIsDue } from './syncPass.ts'
import {
  DEFAULT_SYNC_SETTINGS,
  isOnItsNetwork,
  keepSyncSettings,
  mayUseNetwork,
  networkKind,
  paceMs,
  readSyncSettings,
  type SyncSettings,
} from './syncSettings.ts'
import {
  bytesWaiting,
  type Connection,
  connectionAfter,
  type OutboxSummary,
  readSummary,
  syncStateOf,
} from './syncState.ts'
import { watchSummary } from './watchSummary.ts'
import type { UploadFetch } from './tusOverFetch.ts'

export interface OutboxSync extends SyncService {
  /** Something was added to the outbox, or the network may be back: try now, whatever the backoff says. */
  wake(): void
  /** Stops, and resolves when nothing of it runs any more. What was in flight is resumed by the next start. */
  dispose(): Promise<void>
}

export interface SyncServiceOptions {
  readonly store: Store
  readonly device: Pick<EnrolledDevice, 'state' | 'client'>
  /** Does what the server has to tell. */
  readonly carryOut: (change: Change) => Promise<void>
  /** The server ordered this device to erase itself, signed by the pinned key. */
  readonly revoked: () => Promise<void>
  /** The WAV of a saved recording, as its sha256 was taken. */
  readonly readAudio: (recordingId: string) => Promise<Blob>
  readonly fetch?: UploadFetch
  /** Epoch milliseconds. */
  readonly now?: () => number
  /** In [0, 1). */
  readonly random?: () => number
  readonly limits?: Partial<SyncLimits>
}

const EMPTY: OutboxSummary = { synced: 0, unsynced: [], lastReceiptAt: null, clockSkewMs: null }

/**
 * Sends the outbox whenever something is due and the server can be reached, for ever; one tab at a time (Web Locks). It never asks
 * `navigator.onLine`, which knows about cables and not about servers. Starts at once.
 */
export function createSyncService({
  store,
  device,
  readAudio,
  carryOut,
  revoked,
  fetch = globalThis.fetch.bind(globalThis),
  now = Date.now,
  random = Math.random,
  limits: given,
}: SyncServiceOptions): OutboxSync {
  const { db } = store
  const limits = { ...SYNC_LIMITS, ...given }
  const stopped = new AbortController()
  let summary = EMPTY
  let connection: Connection = { status: 'untried' }
  const rate = new SendingRate()
  const settings = createLive<SyncSettings>(DEFAULT_SYNC_SETTINGS)
  const state = createLive(stateNow())

  function stateNow(): SyncState {
    if (connection.status !== 'sending') rate.rest()
    rate.note(now(), bytesWaiting(summary.unsynced))
    const secondsLeft = connection.status === 'sending' ? rate.secondsLeft() : null
    return syncStateOf(summary, connection, { share: rate.share(), secondsLeft })
  }
  const show = (): void => state.set(stateNow())
  /** Counts and connection are shown together: no "idle" beside the counts of a moment ago. */
  async function connect(next: Connection): Promise<void> {
    summary = await readSummary(db)
    connection = next
    show()
  }

  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | null = null
  let again = false
  /** A person asked for it: then the kind of network does not matter, for this one try. */
  let asked = false

  /** One try, under the lock. Failures are states here, not exceptions: the next try is already planned when it returns. */
  async function pass(): Promise<void> {
    await transitionAll(db, ['uploading'], { type: 'interrupted' })
    const client = device.client()
    const isDue = await somethingIsDue()
    if (client === null || !(isDue || (await contactDueAt()) <= now())) {
      if ('retryAt' in connection) await connect({ status: 'untried' })
      return
    }
    settings.set(await readSyncSettings(store))
    const byHand = asked
    asked = false
    if (!byHand && !mayUseNetwork(settings.get(), networkKind())) {
      await connect({ status: 'held', retryAt: now() + limits.heldMs })
      return
    }
    try {
      const { time, network } = await client.health()
      if (!byHand && !isOnItsNetwork(settings.get(), network)) {
        failures = 0
        await connect({ status: 'held', retryAt: now() + limits.heldMs })
        return
      }
      await db.marks.put({ name: 'clock-skew', value: Date.parse(time) - now() })
      if (isDue) await connect({ status: 'sending' })
      await sendWhatIsDue({
        store,
        client,
        fetch,
        readAudio,
        now,
        random,
        limits,
        signal: stopped.signal,
        pace: (bytes, elapsedMs) => paceMs(settings.get(), bytes, elapsedMs),
      })
      // Put back after a restore of the server: sent in the next round.
      if (await pullChanges(store, client, carryOut)) again = true
      await keepContact(db, now())
      failures = 0
      await connect({ status: 'ok' })
    } catch (error) {
      if (error instanceof DeviceRevoked) {
        // Nothing is asked or written in the name of a device that is no more.
        await revoked().finally(() => stopped.abort())
        return
      }
      failures += 1
      const next = connectionAfter(error, now() + retryDelayMs(failures, random(), limits))
      if (next === null) {
        await connect({ status: 'ok' })
        throw error
      }
      await connect(next)
    }
  }

  const somethingIsDue = async (): Promise<boolean> =>
    (await nextEvents(db, now(), 1, limits.batchBytes)).length > 0 || (await nextAudio(db, now())) !== null

  /** A time of contact in the future was written before the device's clock was set back. */
  async function contactDueAt(): Promise<number> {
    const last = (await db.marks.get('last-contact-at'))?.value ?? 0
    return last > now() ? now() : last + limits.contactEveryMs
  }

  function plan(delayMs: number): void {
    clearTimeout(timer)
    if (!stopped.signal.aborted) timer = setTimeout(wake, Math.max(0, delayMs))
  }

  async function run(): Promise<void> {
    clearTimeout(timer)
    let lookedAt = now()
    try {
      // Before the turn, which may take another tab's while: what is shown and changed is what was chosen.
      settings.set(await readSyncSettings(store))
      do {
        again = false
        lookedAt = now()
        await navigator.locks.request(`spira-sync/${db.name}`, { signal: stopped.signal }, pass)
      } while (again && !stopped.signal.aborted)
      // What was postponed since then may be due already: it is planned all the same, for at once.
      const dueAt =
        'retryAt' in connection
          ? connection.retryAt
          : Math.min((await nextDueAt(db, lookedAt)) ?? Infinity, await contactDueAt())
      // Not enrolled there is nobody to contact: enrolment wakes it.
      if (device.client() !== null) plan(dueAt - now())
    } catch (error) {
      // A failure of our own, such as a damaged database: nothing is lost by trying again later.
      plan(limits.retryCapMs)
      throw error
    } finally {
      running = null
      if (again) wake()
    }
  }

  function start(): Promise<void> {
    again = true
    running ??= run()
    return running
  }

  function wake(): void {
    if (stopped.signal.aborted) return
    start().catch((error: unknown) => {
      if (stopped.signal.aborted) return
      // Not swallowed: it reaches the window's error handler.
      queueMicrotask(() => {
        throw error
      })
    })
  }

  const rows = watchSummary(db, limits.showEveryMs, (next) => {
    summary = next
    show()
  })
  const unsubscribe = device.state.subscribe(wake)
  globalThis.addEventListener?.('online', wake)
  wake()

  return {
    state,
    wake,

    settings,
    async changeSettings(wanted) {
      const { networkMark: _former, ...chosen } = wanted
      const { network, networkMark } = await readSyncSettings(store)
      // The network it is chosen on; it stays that one when something else is changed elsewhere.
      const here = async () => (network === 'this' ? networkMark : (await device.client()?.health())?.network)
      const mark = wanted.network === 'this' ? await here() : undefined
      const next = mark === undefined ? chosen : { ...chosen, networkMark: mark }
      await keepSyncSettings(store, next)
      settings.set(next)
      wake()
    },

    async retry(id) {
      failures = 0
      asked = true
      await transition(db, [{ id, change: { type: 'requested' } }])
      await start()
    },

    async sendNow() {
      failures = 0
      asked = true
      await transitionAll(db, ['attention', 'queued'], { type: 'requested' })
      await start()
    },

    async dispose() {
      stopped.abort()
      clearTimeout(timer)
      globalThis.removeEventListener?.('online', wake)
      unsubscribe()
      await rows.stop()
      await running?.catch(() => undefined)
    },
  }
}
