import 'fake-indexeddb/auto'
import { Dexie } from 'dexie'
import { expect, test } from 'vitest'
import { createTestBedside, until } from '../bedside/testing/testBedside.ts'
import { readJournal } from '../recording/journal.ts'
import { nextEvents } from '../sync/outboxQueue.ts'
import { openDatabase } from './database.ts'
import type { Sealed } from './envelope.ts'
import { resealByParticipant } from './reseal.ts'
import { openStore, type Store } from './store.ts'
import { openTestStore } from './testing/testStore.ts'
import { bringToVersion, EARLIER_VERSIONS, NEWEST_KEPT } from './testing/earlierVersions.ts'
import { writeVersion1 } from './testing/version1.ts'

test('promise 1: what version 1 recorded is all there in this version, before and after it is sealed anew', async () => {
  const old = await writeVersion1()
  const store = await openStore(old.name)
  for (const resealed of [false, true]) {
    if (resealed) await resealByParticipant(store)
    const { encounters, recorder } = await createTestBedside({ store })
    const [row] = await until(encounters.worklist, (list) => list.length === 1)
    expect(row).toMatchObject({ id: old.encounterId, participantCode: old.participantCode, label: 'present' })
    const [found] = await until(recorder.interrupted, (list) => list.length === 1)
    expect(found).toMatchObject({ recordingId: old.recordingId, durationMs: 1250 })
    expect(await readJournal(store.db, store.keys, old.recordingId)).toEqual(old.samples)
  }
})

test.each(EARLIER_VERSIONS)('promise 1: a database that version %i left is whole in this version', async (version) => {
  const old = await writeVersion1()
  await bringToVersion(old.name, version)
  const store = await openStore(old.name)
  await resealByParticipant(store)
  expect(await readJournal(store.db, store.keys, old.recordingId)).toEqual(old.samples)
  expect((await store.db.encounters.toArray()).map(({ id }) => id)).toEqual([old.encounterId])
  // What waits to be sent is found by the newest index, too.
  expect((await nextEvents(store.db, Date.now(), 10, 1_000_000)).map(({ id }) => id)).toEqual([old.eventId])
  expect(store.db.verno).toBe(NEWEST_KEPT)
})

test('promise 9: after that nothing of a participant opens with the device’s key alone', async () => {
  const old = await writeVersion1()
  const store = await openStore(old.name)
  await resealByParticipant(store)
  const sealings = await participantSealings(store)
  expect(sealings).toHaveLength(8)
  expect(sealings.every(({ owner }) => owner === old.participantId)).toBe(true)
  store.keys.forget(old.participantId)
  await store.db.participantKeys.delete(old.participantId)
  await expect(readJournal(store.db, store.keys, old.recordingId)).rejects.toMatchObject({
    code: 'participant-withdrawn',
  })
})

test('promise 1: killed at any row while it is sealed anew, it goes on with the next start and loses nothing', async () => {
  for (let writes = 0; writes < 7; writes += 1) {
    const old = await writeVersion1()
    const dying = await openStore(old.name)
    let left = writes
    const transaction = dying.db.transaction.bind(dying.db)
    Object.assign(dying.db, {
      transaction: (...given: Parameters<typeof transaction>) => {
        if (left === 0) throw new Error('killed')
        left -= 1
        return transaction(...given)
      },
    })
    await expect(resealByParticipant(dying)).rejects.toThrow('killed')
    dying.db.close()
    const store = await openStore(old.name)
    await resealByParticipant(store)
    expect(await readJournal(store.db, store.keys, old.recordingId)).toEqual(old.samples)
    expect((await participantSealings(store)).every(({ owner }) => owner === old.participantId)).toBe(true)
    expect(await store.db.marks.get('sealed-by-participant')).toMatchObject({ value: 1 })
    store.db.close()
  }
})

test('a database of a newer version is refused with a sentence, and not touched', async () => {
  const { db } = await openTestStore()
  db.close()
  const newer = new Dexie(db.name)
  newer.version(db.verno + 1).stores({ keys: 'name', somethingNew: 'id' })
  await newer.open()
  await newer.table('somethingNew').add({ id: 1 })
  newer.close()
  await expect(openDatabase(db.name)).rejects.toMatchObject({
    code: 'schema-newer',
    message: expect.stringMatching(/newer version .* Nothing was changed/),
  })
  await newer.open()
  expect(await newer.table('somethingNew').count()).toBe(1)
  newer.close()
})

async function participantSealings({ db }: Store): Promise<readonly Sealed[]> {
  const tables = [db.encounters, db.recordings, db.chunks, db.labels, db.assessments, db.outbox]
  const rows: readonly { readonly sealed: Sealed | null }[] = (
    await Promise.all(tables.map((table) => table.toArray()))
  ).flat()
  return rows.flatMap(({ sealed }) => (sealed === null ? [] : [sealed]))
}
