import { CARRIED_PIECE_BYTES, type CarriedRecord } from '@spira/shared/protocol/carriedRecord.ts'
import { type DeviceEvent, MAX_EVENTS_PER_BATCH } from '@spira/shared/protocol/events.ts'
import type { OutboxRow } from '../store/database.ts'
import { unsealJson } from '../store/envelope.ts'
import { outboxPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { SYNC_LIMITS } from './limits.ts'

/**
 * Everything the server does not have for sure, as a carried file holds it: events in the device's order, then the audio of each
 * recording, piece by piece, so that no more than one recording is in memory. Nothing changes its state: only a receipt does. What
 * cannot be read here is left out; it is shown as damaged when it is sent.
 *
 * @param readAudio the WAV of a saved recording.
 */
export async function* waitingRecords(
  { db, keys }: Pick<Store, 'db' | 'keys'>,
  readAudio: (recordingId: string) => Promise<Blob>,
): AsyncGenerator<CarriedRecord> {
  const rows = await db.outbox.where('state').notEqual('synced').sortBy('sequence')
  let events = 0
  for (const batch of batchesOf(rows.filter(({ kind }) => kind === 'event'))) {
    const opened: DeviceEvent[] = []
    for (const { id, sealed } of batch) {
      const event =
        sealed === null ? null : await unsealJson<DeviceEvent>(keys, outboxPlace(id), sealed).catch(() => null)
      if (event !== null) opened.push(event)
    }
    events += opened.length
    if (opened.length > 0) yield { kind: 'events', events: opened }
  }
  let audios = 0
  for (const { id, sha256, byteLength } of rows.filter(({ kind }) => kind === 'audio')) {
    const wav = await readAudio(id).catch(() => null)
    if (wav === null || wav.size !== byteLength) continue
    audios += 1
    yield { kind: 'audio', recordingId: id, sha256, byteLength }
    for (let from = 0; from < byteLength; from += CARRIED_PIECE_BYTES)
      yield { kind: 'piece', bytes: new Uint8Array(await wav.slice(from, from + CARRIED_PIECE_BYTES).arrayBuffer()) }
  }
  yield { kind: 'end', events, audios }
}

/** As `POST /events` takes them: by count, and by bytes. */
function batchesOf(rows: readonly OutboxRow[]): readonly (readonly OutboxRow[])[] {
  const batches: OutboxRow[][] = []
  let bytes = 0
  for (const row of rows) {
    const last = batches.at(-1)
    bytes += row.byteLength
    if (last !== undefined && last.length < MAX_EVENTS_PER_BATCH && bytes <= SYNC_LIMITS.batchBytes) last.push(row)
    else {
      batches.push([row])
      bytes = row.byteLength
    }
  }
  return batches
}
