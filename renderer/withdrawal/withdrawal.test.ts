import 'fake-indexeddb/auto'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { DeviceEvent } from '@spira/shared/protocol/events.ts'
import { expect, test } from 'vitest'
import { createTestBedside, readyDraft, until } from '../bedside/testing/testBedside.ts'
import { readJournal } from '../recording/journal.ts'
import { makeVoice } from '../recording/testing/voice.ts'
import { unsealJson } from '../store/envelope.ts'
import { createOpener } from '../store/opener.ts'
import { outboxPlace } from '../store/places.ts'
import { openStore, type Store } from '../store/store.ts'
import { secondCopies } from '../store/testing/secondCopies.ts'
import { createCarryOut } from '../sync/carryOut.ts'
import { createWithdrawalService } from './withdrawalService.ts'

const voice = makeVoice(4, 48_000)

/** Two participants with a saved encounter each; the first also has a draft begun anew. */
async function twoParticipants() {
  const app = await createTestBedside()
  const removed: string[] = []
  const copies = secondCopies({ remove: async (recordingId) => void removed.push(recordingId) })
  const opener = createOpener(app.store.keys)
  let wakes = 0
  const withdrawals = createWithdrawalService({
    store: { ...app.store, copies },
    opener,
    wakeSync: () => (wakes += 1),
  })
  const [leaving, staying] = [await readyDraft(app.encounters), await readyDraft(app.encounters)]
  for (const { id } of [leaving, staying]) {
    await app.take(id, voice)
    await app.encounters.label(id, { value: 'present', establishedBy: 'clinical', givenBy: 'OP-1' })
    await app.encounters.complete(id)
    await app.encounters.typeLabel(id, { value: 'absent', cause: 'typed' })
  }
  return { ...app, opener, withdrawals, leaving, staying, removed, wakes: () => wakes }
}

/** Everything on the device that names this participant or is sealed with their key. */
async function remains({ db }: Store, participantId: string, encounterId: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const table of db.tables) {
    if (table.name === 'tombstones') continue
    for (const row of await table.toArray()) {
      const sealed = (row as { sealed?: { owner?: string } | null }).sealed
      const { participantId: named, encounterId: of, id } = row as Record<string, unknown>
      if (sealed?.owner === participantId || named === participantId || of === encounterId || id === encounterId)
        found.push(table.name)
    }
  }
  return found
}

test('promise 8: a withdrawal without a network erases everything of the participant, nothing of another, and tells the server later', async () => {
  const { store, withdrawals, leaving, staying, removed, recorder, encounters, wakes } = await twoParticipants()
  const { participant } = leaving
  const recordings = await store.db.recordings.where('encounterId').equals(leaving.id).primaryKeys()
  expect((await remains(store, participant.id, leaving.id)).length).toBeGreaterThan(10)

  await withdrawals.withdraw({ participantId: participant.id, recordedBy: 'N-12' })

  expect(await remains(store, participant.id, leaving.id)).toEqual([])
  expect(await store.db.chunks.where('recordingId').anyOf(recordings).count()).toBe(0)
  expect(removed).toEqual(recordings)
  expect(wakes()).toBe(1)
  const list = await until(encounters.worklist, (rows) => rows.length === 1)
  expect(list).toMatchObject([{ id: staying.id, participantCode: staying.participant.code }])
  const [kept] = await store.db.recordings.where('encounterId').equals(staying.id).primaryKeys()
  expect((await recorder.audio(kept ?? '')).size).toBe(44 + 4 * 32_000)

  const told = await store.db.outbox.where('encounterId').equals('device').toArray()
  const [row] = told
  if (row === undefined || row.sealed === null) throw new Error('the server is not told')
  expect(told).toHaveLength(1)
  expect(await unsealJson<DeviceEvent>(store.keys, outboxPlace(row.id), row.sealed)).toMatchObject({
    type: 'participant.withdrawn',
    payload: { participantId: participant.id, recordedBy: 'N-12' },
  })
})

test('promise 8: what a disk, a backup or the shell may still hold of them opens nowhere any more', async () => {
  const { store, withdrawals, leaving } = await twoParticipants()
  const [recordingId = ''] = await store.db.recordings.where('encounterId').equals(leaving.id).primaryKeys()
  const chunks = await store.db.chunks.where('recordingId').equals(recordingId).toArray()
  expect((await readJournal(store.db, store.keys, recordingId)).length).toBe(4 * 16_000)
  await withdrawals.withdraw({ participantId: leaving.participant.id, recordedBy: 'N-12' })
  await store.db.chunks.bulkAdd(chunks)
  for (const { keys } of [store, await openStore(store.db.name)])
    await expect(readJournal(store.db, keys, recordingId)).rejects.toMatchObject({ code: 'participant-withdrawn' })
})

test('promise 8: the tombstone refuses them from then on, also after a restart', async () => {
  const { store, withdrawals, leaving } = await twoParticipants()
  await withdrawals.withdraw({ participantId: leaving.participant.id, recordedBy: 'N-12' })
  await withdrawals.withdraw({ participantId: leaving.participant.id, recordedBy: 'N-13' })
  expect(await store.db.outbox.where('encounterId').equals('device').count()).toBe(1)
  const again = await openStore(store.db.name)
  await expect(again.keys.of(leaving.participant.id)).rejects.toMatchObject({ code: 'participant-withdrawn' })
  expect(await again.db.participantKeys.count()).toBe(1)
})

test('promise 8: while they are being recorded, the recording ends and leaves nothing', async () => {
  const { store, withdrawals, encounters, recorder, source } = await twoParticipants()
  const draft = await readyDraft(encounters)
  const recording = await recorder.start({ encounterId: draft.id, task: 'free-speech' })
  source().play(voice)
  await expect.poll(() => store.db.chunks.where('recordingId').equals(recording.recordingId).count()).toBeGreaterThan(2)
  await withdrawals.withdraw({ participantId: draft.participant.id, recordedBy: 'N-12' })
  source().play(voice)
  await expect(recording.stop()).rejects.toMatchObject({ code: 'recording-unknown' })
  expect(await remains(store, draft.participant.id, draft.id)).toEqual([])
  expect(await store.db.chunks.where('recordingId').equals(recording.recordingId).count()).toBe(0)
})

test('promise 8: a withdrawal that the server tells of is carried out alike, and not told back', async () => {
  const { store, opener, leaving } = await twoParticipants()
  const carryOut = createCarryOut({ store, opener, checkForModel: () => undefined, checkForProtocol: () => undefined })
  for (const participantId of [leaving.participant.id, leaving.participant.id, newId()])
    await carryOut({ type: 'participant.withdrawn', participantId, withdrawnAt: '2026-11-25T08:00:00.000Z' })
  expect(await remains(store, leaving.participant.id, leaving.id)).toEqual([])
  expect(await store.db.tombstones.count()).toBe(2)
  expect(await store.db.outbox.where('encounterId').equals('device').count()).toBe(0)
})

test('labels of two devices are kept, put in the server’s order and shown as what they are', async () => {
  const { store, opener, encounters, staying } = await twoParticipants()
  const carryOut = createCarryOut({ store, opener, checkForModel: () => undefined, checkForProtocol: () => undefined })
  const own = await store.db.labels.where('encounterId').equals(staying.id).first()
  if (own === undefined) throw new Error('no label')
  const common = { encounterId: staying.id, givenBy: 'N-99', establishedBy: 'blood-gas' } as const
  const theirs = { ...common, id: newId(), value: 'absent', givenAt: '2001-01-01T00:00:00.000Z' } as const
  const unknown = { ...theirs, id: newId(), encounterId: newId() }
  await carryOut({ type: 'label.given', label: theirs, position: 7, deviceId: newId() })
  await carryOut({ type: 'label.given', label: unknown, position: 8, deviceId: null })
  const detail = encounters.detail(staying.id)
  const before = await until(detail, (value) => value?.labels.length === 2)
  expect(before?.labels.map(({ id }) => id)).toEqual([own.id, theirs.id])
  const mine = { ...common, id: own.id, value: 'present', givenAt: '2026-11-25T08:00:00.000Z' } as const
  await carryOut({ type: 'label.given', label: mine, position: 3, deviceId: newId() })
  const after = await until(detail, (value) => value?.labels[0]?.id === theirs.id)
  expect(after?.labels).toMatchObject([
    { id: theirs.id, origin: 'another-device' },
    { id: own.id, origin: 'here', givenBy: 'OP-1' },
  ])
})
