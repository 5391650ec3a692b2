import 'fake-indexeddb/auto'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Label } from '@spira/shared/protocol/records.ts'
import { encodeWav } from '@spira/shared/signal/wav.ts'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { createDeviceService } from '../renderer/device/deviceService.ts'
import { createOpener } from '../renderer/store/opener.ts'
import { openStore } from '../renderer/store/store.ts'
import { createCarryOut } from '../renderer/sync/carryOut.ts'
import { prepareOutbox } from '../renderer/sync/outbox.ts'
import { createSyncService } from '../renderer/sync/syncService.ts'
import { sampleEncounter } from '../renderer/sync/testing/sampleEncounter.ts'
import { TestConsole } from '../training-server/accounts/testConsole.ts'
import { freezeDataset } from '../training-server/datasets/freeze.ts'
import { withTestDatabase } from '../training-server/db/testDatabase.ts'
import { createEnrolmentCode, ensureSite } from '../training-server/fleet/enrolmentCodes.ts'
import { registerCandidate } from '../training-server/models/registry.ts'
import { trainedRun } from '../training-server/models/testing/trainedRun.ts'
import { ensureRepository } from '../training-server/releases/repository.ts'
import { buildServer } from '../training-server/server/app.ts'
import { keepHouse } from '../training-server/server/housekeeping.ts'

/** A bedside device and the server it was enrolled with, joined by a real socket. */
const { context, db } = await withTestDatabase()
const app = await buildServer(context)
const serverUrl = await app.listen({ host: '127.0.0.1', port: 0 })
afterAll(() => app.close())
await ensureRepository(context)
const administrator = await TestConsole.signIn(app, context)

test('promise 8: past the period of its protocol a participant goes by itself from server and device, and what was made of it is marked', async () => {
  const site = await ensureSite(context, { name: 'Ward A', simulated: false })
  const store = await openStore(newId())
  const device = await createDeviceService({ store, appVersion: '0.1.0' })
  const { code } = await createEnrolmentCode(context, { siteId: site.id, createdBy: 'test' })
  await device.enrol({ serverUrl, code, deviceName: 'Tablet' })

  const samples = await Promise.all([1, 2].map((seed) => sampleEncounter(site.id, noise(seed))))
  for (const { items, encounterId, participantId } of samples) {
    const [id, givenAt] = [newId(), new Date().toISOString()]
    const payload: Label = { id, encounterId, value: 'present', establishedBy: 'spo2', givenBy: 'N-1', givenAt }
    const labelled = { kind: 'event', encounterId, participantId, type: 'label.given', payload } as const
    await store.db.outbox.bulkAdd([...(await prepareOutbox(store, [...items, labelled]))])
  }
  const sync = createSyncService({
    store,
    device,
    readAudio: async (id) => samples.find(({ recordingId }) => recordingId === id)?.audio ?? new Blob(),
    carryOut: createCarryOut({
      store,
      opener: createOpener(store.keys),
      checkForModel: () => undefined,
      checkForProtocol: () => undefined,
    }),
    revoked: () => Promise.reject(new Error('it was not revoked')),
  })
  const left = () => store.db.outbox.where('state').notEqual('synced').count()
  await expect.poll(left, { timeout: 20_000 }).toBe(0)
  const [gone, stays] = samples
  if (gone === undefined || stays === undefined) throw new Error('there are two')
  expect(await store.db.participantKeys.count()).toBe(2)

  const version = await freezeDataset(context, { name: 'March', description: 'd', frozenBy: 'ana' })
  expect(version.recordings).toBe(2)
  const run = await trainedRun(context)
  await db.updateTable('trainingRuns').set({ datasetVersionId: version.id }).where('id', '=', run.runId).execute()
  const { modelId } = await registerCandidate(context, { ...run, datasetVersionId: version.id })
  const { sha256 } = await db
    .selectFrom('recordings')
    .select('sha256')
    .where('id', '=', gone.recordingId)
    .executeTakeFirstOrThrow()

  await administrator.post('/retention-rules', { protocol: '1', keepDays: 400 })
  await keepHouse(context)
  expect(await context.blobs.has(sha256)).toBe(true)
  await db
    .updateTable('deviceEvents')
    .set({ receivedAt: new Date(Date.now() - 401 * 24 * 3_600_000) })
    .where(sql<string>`body -> 'payload' ->> 'id'`, '=', gone.encounterId)
    .execute()
  await keepHouse(context)

  // On the server: the audio, the rows; the version without them; the models that learned from them.
  expect(await context.blobs.has(sha256)).toBe(false)
  const participants = await db.selectFrom('participants').select('id').execute()
  expect(participants.map(({ id }) => id)).toEqual([stays.participantId])
  const list = (await administrator.get(`/dataset-versions/${version.id}/withdrawn`)).json<{
    successorId: string
    recordings: { recordingId: string }[]
  }>()
  expect(list.recordings).toMatchObject([{ recordingId: gone.recordingId }])
  const successor = db.selectFrom('datasetVersions').select('recordings').where('id', '=', list.successorId)
  expect(await successor.executeTakeFirst()).toEqual({ recordings: 1 })
  expect((await administrator.get('/model-withdrawals')).json()).toMatchObject([{ modelId, decision: null }])

  // On the device, at its next contact: the tombstone, no key, and nothing sealed with it.
  await store.db.marks.put({ name: 'last-contact-at', value: 0 })
  sync.wake()
  await expect.poll(() => store.db.tombstones.toCollection().primaryKeys()).toEqual([gone.participantId])
  expect(await store.db.participantKeys.toCollection().primaryKeys()).toEqual([stays.participantId])
  await expect(store.keys.of(gone.participantId)).rejects.toMatchObject({ code: 'participant-withdrawn' })
  const owners = (await store.db.outbox.toArray()).map(({ sealed }) => sealed?.owner)
  expect(owners).not.toContain(gone.participantId)
  await sync.dispose()
})

/** A second of it. */
function noise(seed: number): Uint8Array<ArrayBuffer> {
  return encodeWav(
    Int16Array.from({ length: 16_000 }, (_, at) => 8000 * Math.sin(at * at * seed)),
    16_000,
  )
}
