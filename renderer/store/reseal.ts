import { chunksOf } from '../recording/journal.ts'
import { type DataKey, isSameSealing, type Place, seal, type Sealed, unseal } from './envelope.ts'
import { assessmentPlace, chunkPlace, encounterPlace, labelPlace, outboxPlace, recordingPlace } from './places.ts'
import type { Store } from './store.ts'

interface SealedRow {
  readonly sealed: Sealed | null
}

/** What is needed of a Dexie table, whatever else its rows hold. */
interface SealedTable<Id> {
  readonly name: string
  bulkGet(ids: Id[]): PromiseLike<(SealedRow | undefined)[]>
  get(id: Id): PromiseLike<SealedRow | undefined>
  update(id: Id, change: { sealed: Sealed }): PromiseLike<number>
}

/** Sealed rows held in memory at once: some hundreds of kilobytes of sound. */
const BATCH = 32

/**
 * Version 1 sealed everything with the device's key; this seals what belongs to a participant anew with the participant's. Each row
 * says itself which key it opens with, so the app works meanwhile, and a start goes on where a crash ended the last one.
 */
export async function resealByParticipant(store: Store): Promise<void> {
  const { db, keys } = store
  if ((await db.marks.get('sealed-by-participant')) !== undefined) return
  for (const { id: encounterId, participantId } of await db.encounters.toArray()) {
    const key = await keys.of(participantId)
    const recordingIds = await db.recordings.where('encounterId').equals(encounterId).primaryKeys()
    for (const recordingId of recordingIds) {
      const indexes = await chunksOf(db, recordingId).primaryKeys()
      for (let at = 0; at < indexes.length; at += BATCH)
        await resealRows<[string, number]>(store, key, db.chunks, indexes.slice(at, at + BATCH), ([, index]) =>
          chunkPlace(recordingId, index),
        )
    }
    await resealRows(store, key, db.recordings, recordingIds, recordingPlace)
    await resealRows(
      store,
      key,
      db.assessments,
      await db.assessments.where('recordingId').anyOf(recordingIds).primaryKeys(),
      assessmentPlace,
    )
    const labelIds = await db.labels.where('encounterId').equals(encounterId).primaryKeys()
    await resealRows(store, key, db.labels, labelIds, labelPlace)
    const outboxIds = await db.outbox.where('encounterId').equals(encounterId).primaryKeys()
    await resealRows(store, key, db.outbox, outboxIds, outboxPlace)
    await resealRows(store, key, db.encounters, [encounterId], encounterPlace)
  }
  await db.marks.put({ name: 'sealed-by-participant', value: 1 })
}

async function resealRows<Id>(
  { db, keys }: Store,
  key: DataKey,
  table: SealedTable<Id>,
  ids: readonly Id[],
  placeOf: (id: Id) => Place,
): Promise<void> {
  const changes: { readonly id: Id; readonly before: Sealed; readonly after: Sealed }[] = []
  for (const [position, row] of (await table.bulkGet([...ids])).entries()) {
    const id = ids[position]
    if (row === undefined || id === undefined || row.sealed === null || row.sealed.owner !== undefined) continue
    const place = placeOf(id)
    // A damaged row stays as it is, and is shown as damaged where it is read.
    const clear = await unseal(keys, place, row.sealed).catch(() => null)
    if (clear !== null) changes.push({ id, before: row.sealed, after: await seal(key, place, clear) })
  }
  await db.transaction('rw', table.name, async () => {
    for (const { id, before, after } of changes) {
      const now = await table.get(id)
      // Written anew since it was read: then by a key of its own already.
      if (now !== undefined && isSameSealing(now.sealed, before)) await table.update(id, { sealed: after })
    }
  })
}
