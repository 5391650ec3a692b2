import { Dexie } from 'dexie'
import type { ErrorCode } from '@spira/shared/protocol/errors.ts'
import type { OutboxRow, OutboxState, SpiraDatabase } from '../store/database.ts'
import { SYNC_LIMITS } from './limits.ts'
import { type OutboxChange, outboxStep } from './outboxStep.ts'

/** One row's change of state. */
export interface Transition {
  readonly id: string
  readonly change: OutboxChange
}

/** Takes rows through the state machine, all in one transaction, on disk when it resolves. A receipt's time is kept with it. */
export function transition(db: SpiraDatabase, transitions: readonly Transition[], receiptAt?: number): Promise<void> {
  return db.transaction('rw', db.outbox, db.marks, async () => {
    const rows = await db.outbox.bulkGet(transitions.map(({ id }) => id))
    const changed: OutboxRow[] = []
    for (const [index, { change }] of transitions.entries()) {
      const row = rows[index]
      if (row === undefined) continue
      const next = outboxStep(row, change)
      if (next !== row) changed.push(next)
    }
    await db.outbox.bulkPut(changed)
    if (receiptAt !== undefined) await db.marks.put({ name: 'last-receipt-at', value: receiptAt })
  })
}

/** The same change for every row of `states`, for example after a start: what was in flight then is not any more. */
export function transitionAll(db: SpiraDatabase, states: readonly OutboxState[], change: OutboxChange): Promise<void> {
  return db.transaction('rw', db.outbox, async () => {
    const rows = await db.outbox.where('state').anyOf(states).toArray()
    await db.outbox.bulkPut(rows.map((row) => outboxStep(row, change)))
  })
}

/** Refusals that tell that the server lacks what it gave receipts for. */
export const SERVER_FORGOT: ReadonlySet<string> = new Set<ErrorCode>(['reference_unknown', 'recording_unknown'])

/**
 * The server lost what it had of this encounter: what was synced is sent, or asked for, again. So is what was synced of the participant's
 * other encounters, one of which registered the participant.
 */
export function reopenEncounter(db: SpiraDatabase, encounterId: string): Promise<void> {
  return db.transaction('rw', db.outbox, db.encounters, async () => {
    const encounter = await db.encounters.get(encounterId)
    const others =
      encounter === undefined
        ? []
        : await db.encounters.where('participantId').equals(encounter.participantId).primaryKeys()
    const rows = await db.outbox
      .where('encounterId')
      .anyOf([encounterId, ...others])
      .toArray()
    await db.outbox.bulkPut(rows.map((row) => outboxStep(row, { type: 'forgotten' })))
  })
}

/**
 * The server was restored from a backup, and may have lost anything: all that was synced is sent, or asked for, again, and so is what it
 * refused for lack of something else.
 */
export function reopenAll(db: SpiraDatabase): Promise<void> {
  return db.transaction('rw', db.outbox, async () => {
    await transitionAll(db, ['synced'], { type: 'forgotten' })
    const refused = await db.outbox.where('state').equals('attention').toArray()
    await db.outbox.bulkPut(
      refused
        .filter(({ reason }) => SERVER_FORGOT.has(reason ?? ''))
        .map((row) => outboxStep(row, { type: 'requested' })),
    )
  })
}

const inOrder = (db: SpiraDatabase, state: OutboxState) =>
  db.outbox.where('[state+sequence]').between([state, Dexie.minKey], [state, Dexie.maxKey])

/** So many rows are read at a time: most often the first ones will do. */
const LOOK_AT = 20

/**
 * Rows of a kind and state by sequence, page by page. Each page is one question to the database: a filter or an offset would step through
 * it row by row, and a queue of weeks is asked for each of its items.
 */
async function* pagesInOrder(
  db: SpiraDatabase,
  kind: OutboxRow['kind'],
  state: OutboxState,
  size: number,
): AsyncGenerator<readonly OutboxRow[]> {
  for (let after: number = Dexie.minKey; ;) {
    const page: OutboxRow[] = await db.outbox
      .where('[kind+state+sequence]')
      .between([kind, state, after], [kind, state, Dexie.maxKey], false, true)
      .limit(size)
      .toArray()
    yield page
    const last = page.at(-1)
    if (last === undefined || page.length < size) return
    after = last.sequence
  }
}

/** The next events by sequence that are due: at most `count`, and no more bytes than `byteLimit` unless one alone has more. */
export async function nextEvents(
  db: SpiraDatabase,
  now: number,
  count: number,
  byteLimit: number,
): Promise<readonly OutboxRow[]> {
  const due: OutboxRow[] = []
  let bytes = 0
  for await (const page of pagesInOrder(db, 'event', 'queued', count)) {
    for (const row of page.filter((each) => isDue(each, now))) {
      bytes += row.byteLength
      if (due.length === count || (bytes > byteLimit && due.length > 0)) return due
      due.push(row)
    }
  }
  return due
}

/** The next audio that is due and whose recording.saved event the server has. */
export async function nextAudio(db: SpiraDatabase, now: number): Promise<OutboxRow | null> {
  for (const state of ['awaiting-receipt', 'queued'] as const)
    for await (const page of pagesInOrder(db, 'audio', state, LOOK_AT))
      for (const row of page) if (isDue(row, now) && (await eventIsSynced(db, row))) return row
  return null
}

async function eventIsSynced(db: SpiraDatabase, { sequence }: OutboxRow): Promise<boolean> {
  const rows = await db.outbox.where('sequence').equals(sequence).toArray()
  return rows.every(({ kind, state }) => kind !== 'event' || state === 'synced')
}

/** A time further away than any delay was written before the device's clock was set back: it must not wait for it. */
const isDue = ({ nextAttemptAt }: OutboxRow, now: number): boolean =>
  nextAttemptAt <= now || nextAttemptAt > now + SYNC_LIMITS.retryCapMs

/** When the earliest row is due that was not yet at `now`; null when there is none. */
export async function nextDueAt(db: SpiraDatabase, now: number): Promise<number | null> {
  const later = await inOrder(db, 'queued')
    .filter((row) => !isDue(row, now))
    .toArray()
  return later.length === 0 ? null : Math.min(...later.map(({ nextAttemptAt }) => nextAttemptAt))
}
