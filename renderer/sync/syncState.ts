import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { SyncError } from '@spira/shared/protocol/syncError.ts'
import type { SyncState } from '../bedside/bedside.ts'
import type { OutboxRow, SpiraDatabase } from '../store/database.ts'

/** How the last try to reach the server went. `refused`: it answered, and will not have this device. */
export type Connection =
  | { readonly status: 'untried' | 'sending' | 'ok' }
  | { readonly status: 'unreachable' | 'not-the-server' | 'held'; readonly retryAt: number }
  | { readonly status: 'refused'; readonly code: string; readonly retryAt: number }

/** What the outbox holds: read in one go, so that the counts belong together. */
export interface OutboxSummary {
  readonly synced: number
  readonly unsynced: readonly Pick<
    OutboxRow,
    'id' | 'kind' | 'state' | 'reason' | 'byteLength' | 'bytesSent' | 'nextAttemptAt'
  >[]
  readonly lastReceiptAt: number | null
  readonly clockSkewMs: number | null
}

export function readSummary(db: SpiraDatabase): Promise<OutboxSummary> {
  return db.transaction('r', db.outbox, db.marks, async () => ({
    synced: await db.outbox.where('state').equals('synced').count(),
    clockSkewMs: (await db.marks.get('clock-skew'))?.value ?? null,
    unsynced: await db.outbox.where('state').notEqual('synced').toArray(),
    lastReceiptAt: (await db.marks.get('last-receipt-at'))?.value ?? null,
  }))
}

/** What is shown: the rows as they are on disk, and how it stands with the server. */
export function syncStateOf(
  { synced, unsynced, lastReceiptAt, clockSkewMs }: OutboxSummary,
  connection: Connection,
  progress: Pick<SyncState, 'share' | 'secondsLeft'>,
): SyncState {
  const count = (...states: OutboxRow['state'][]): number =>
    unsynced.filter(({ state }) => states.includes(state)).length
  const attention = unsynced.filter(({ state }) => state === 'attention')
  const retryAt = 'retryAt' in connection ? connection.retryAt : earliestRetry(unsynced)
  return {
    phase: phaseOf(connection, attention.length > 0),
    waiting: count('queued'),
    sending: count('uploading', 'awaiting-receipt'),
    synced,
    attention: attention.map(({ id, kind, reason }) => ({ id, kind, reason: reason ?? 'unknown' })),
    refusal: connection.status === 'refused' ? connection.code : null,
    bytesWaiting: bytesWaiting(unsynced),
    ...progress,
    clockSkewMs,
    lastReceiptAt: instant(lastReceiptAt),
    nextAttemptAt: instant(retryAt),
  }
}

/** Without those that wait for a person: nothing is done about them meanwhile. */
export const bytesWaiting = (rows: OutboxSummary['unsynced']): number =>
  rows.reduce(
    (sum, { state, byteLength, bytesSent }) => (state === 'attention' ? sum : sum + byteLength - bytesSent),
    0,
  )

function phaseOf({ status }: Connection, itemsNeedAttention: boolean): SyncState['phase'] {
  switch (status) {
    case 'sending':
    case 'unreachable':
    case 'not-the-server':
    case 'held':
      return status
    case 'refused':
      return 'attention'
    case 'untried':
    case 'ok':
      return itemsNeedAttention ? 'attention' : 'idle'
    default:
      return status satisfies never
  }
}

const earliestRetry = (rows: OutboxSummary['unsynced']): number | null => {
  const times = rows.flatMap(({ state, nextAttemptAt }) =>
    state === 'queued' && nextAttemptAt > 0 ? [nextAttemptAt] : [],
  )
  return times.length === 0 ? null : Math.min(...times)
}

const instant = (epochMs: number | null): string | null => (epochMs === null ? null : new Date(epochMs).toISOString())

/** Which state a failed pass leaves the connection in; null for a failure that is ours, not the network's. */
export function connectionAfter(error: unknown, retryAt: number): Connection | null {
  if (error instanceof SpiraError) return { status: 'refused', code: error.code, retryAt }
  if (!(error instanceof SyncError)) return null
  if (error.code === 'server_unreachable') return { status: 'unreachable', retryAt }
  return error.code === 'not_the_server'
    ? { status: 'not-the-server', retryAt }
    : { status: 'refused', code: error.code, retryAt }
}
