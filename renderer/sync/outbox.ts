import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import { type DeviceEvent, deviceEventSchema } from '@spira/shared/protocol/events.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { EncounterSync } from '../bedside/bedside.ts'
import type { OutboxRow, SpiraDatabase } from '../store/database.ts'
import { sealJson } from '../store/envelope.ts'
import { outboxPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'

/** Stands where an outbox row of no encounter names one: what the device tells of itself, and withdrawals. */
export const OF_THE_DEVICE = 'device'

type EventItem = {
  readonly [Type in DeviceEvent['type']]: {
    readonly kind: 'event'
    readonly encounterId: string
    /** Whose key seals it; null for what the device tells of itself. */
    readonly participantId: string | null
    readonly type: Type
    readonly payload: Extract<DeviceEvent, { type: Type }>['payload']
  }
}[DeviceEvent['type']]

/** The WAV of a recording; its `recording.saved` event must stand before it in the same list. */
interface AudioItem {
  readonly kind: 'audio'
  readonly encounterId: string
  readonly recordingId: string
  readonly byteLength: number
  readonly sha256: string
}

/** Something the server shall have. */
export type OutboxItem = EventItem | AudioItem

/**
 * Makes the rows that the caller adds (`db.outbox.bulkAdd`) in the same transaction as the change they tell of, so that neither
 * exists without the other; then `sync.wake()`. Call it before that transaction: WebCrypto may not be awaited inside one.
 *
 * @throws ZodError for a payload that is not of the protocol: better before it is saved than refused by the server for ever.
 */
export async function prepareOutbox(
  { db, keys }: Store,
  items: readonly OutboxItem[],
  now: () => number = Date.now,
): Promise<readonly OutboxRow[]> {
  let sequence = (await allotSequences(db, items.filter(({ kind }) => kind === 'event').length)) - 1
  const occurredAt = new Date(now()).toISOString()
  const sequenceOfRecording = new Map<string, number>()
  const rows: OutboxRow[] = []
  for (const item of items) {
    if (item.kind === 'audio') {
      const { recordingId, encounterId, byteLength, sha256 } = item
      const ofEvent = sequenceOfRecording.get(recordingId)
      if (ofEvent === undefined) throw new Error('the audio of a recording follows its recording.saved event')
      rows.push({
        ...fresh,
        id: recordingId,
        kind: 'audio',
        encounterId,
        sequence: ofEvent,
        byteLength,
        sha256,
        sealed: null,
      })
      continue
    }
    sequence += 1
    const { type, payload, encounterId, participantId } = item
    const event = deviceEventSchema.parse({ id: newId(), sequence, occurredAt, type, payload })
    if (event.type === 'recording.saved') sequenceOfRecording.set(event.payload.id, sequence)
    const json = utf8(canonicalJson(event))
    rows.push({
      ...fresh,
      id: event.id,
      kind: 'event',
      encounterId,
      sequence,
      byteLength: json.byteLength,
      sha256: await sha256Hex(json),
      sealed: await sealJson(
        participantId === null ? keys.device : await keys.of(participantId),
        outboxPlace(event.id),
        event,
      ),
    })
  }
  return rows
}

const fresh = {
  state: 'queued',
  attempts: 0,
  nextAttemptAt: 0,
  uploadUrl: null,
  bytesSent: 0,
  reason: null,
  receiptId: null,
} as const satisfies Partial<OutboxRow>

/** @returns the first of `count` sequences no other call ever gets, in this tab or another, before a crash or after. */
function allotSequences(db: SpiraDatabase, count: number): Promise<number> {
  return db.transaction('rw', db.marks, async () => {
    const last = (await db.marks.get('event-sequence'))?.value ?? 0
    await db.marks.put({ name: 'event-sequence', value: last + count })
    return last + 1
  })
}

/** Of all outbox rows of one encounter; `local` while it has none. */
export function encounterSync(rows: readonly Pick<OutboxRow, 'state'>[]): EncounterSync {
  if (rows.length === 0) return 'local'
  if (rows.some(({ state }) => state === 'attention')) return 'attention'
  if (rows.every(({ state }) => state === 'synced')) return 'synced'
  return rows.some(({ state }) => state === 'uploading' || state === 'awaiting-receipt') ? 'sending' : 'waiting'
}
