import { expect, test } from 'vitest'
import type { DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
const device = await TestDevice.enrol(app, context, { site: 'Ward' })
const researcher = await TestConsole.signIn(app, context, 'researcher')

const freeze = async (name: string) => researcher.post('/dataset-versions', { name })
const version = async (name: string) => (await freeze(name)).json<DatasetVersion>()

test('with nothing labelled there is nothing to freeze', async () => {
  await device.fileVisit({ seed: 50, label: null })
  await device.fileVisit({ seed: 51, label: 'unknown' })
  expect((await freeze('empty')).json()).toMatchObject({ code: 'dataset_empty' })
})

test('a version holds what is filed, usable, speech, and labelled present or absent by its latest label', async () => {
  const present = await device.fileVisit({ seed: 1, label: 'present' })
  const absent = await device.fileVisit({ seed: 2, label: 'absent' })
  const changed = await device.fileVisit({ seed: 3, label: 'present' })
  await device.send([
    device.event({ type: 'label.given', payload: { ...changed.label, id: newId(), value: 'absent' } }),
  ])
  const unfiled = device.visit({ seed: 4 })
  await device.send(unfiled.events)
  const unusable = device.visit({ seed: 5 })
  Object.assign(unusable.recording.quality, { verdict: 'unusable' })
  await device.send(unusable.events)
  await device.finalise(unusable.recording, await device.upload(unusable.recording, unusable.audio))
  const noise = device.visit({ seed: 6 })
  Object.assign(noise.recording, { task: 'ambient-noise' })
  await device.send(noise.events)
  await device.finalise(noise.recording, await device.upload(noise.recording, noise.audio))

  const frozen = await version('first')
  expect(frozen).toMatchObject({
    recordings: 3,
    participants: 3,
    present: 1,
    absent: 2,
    simulated: false,
    frozenBy: researcher.username,
  })
  const items = await db
    .selectFrom('datasetItems')
    .select(['recordingId', 'label'])
    .where('datasetVersionId', '=', frozen.id)
    .execute()
  expect(Object.fromEntries(items.map(({ recordingId, label }) => [recordingId, label]))).toEqual({
    [present.recording.id]: 1,
    [absent.recording.id]: 0,
    [changed.recording.id]: 0,
  })
})

test('promise 7: the same content is the same version; a later label makes another and leaves the first as it was', async () => {
  const first = await version('first')
  expect((await version('first')).id).toBe(first.id)
  expect((await freeze('other name')).json()).toEqual({
    code: 'dataset_unchanged',
    message: `Nothing has changed since version "first" was frozen: use that one (${first.id}).`,
  })
  const before = await db
    .selectFrom('datasetItems')
    .selectAll()
    .where('datasetVersionId', '=', first.id)
    .orderBy('recordingId')
    .execute()
  const more = await device.fileVisit({ seed: 7, label: 'absent' })
  await device.send([device.event({ type: 'label.given', payload: { ...more.label, id: newId(), value: 'present' } })])
  expect((await freeze('first')).json()).toMatchObject({ code: 'name_taken' })
  const second = await version('second')
  expect(second.contentHash).not.toBe(first.contentHash)
  expect(
    await db
      .selectFrom('datasetItems')
      .selectAll()
      .where('datasetVersionId', '=', first.id)
      .orderBy('recordingId')
      .execute(),
  ).toEqual(before)
})

test('two who freeze at once get one version', async () => {
  await device.fileVisit({ seed: 8 })
  const replies = await Promise.all([freeze('together'), freeze('together')])
  expect(replies.map((reply) => reply.statusCode)).toEqual([200, 200])
  expect(new Set(replies.map((reply) => reply.json<DatasetVersion>().id)).size).toBe(1)
})

test('one simulated voice makes the version simulated', async () => {
  const clinic = await TestDevice.enrol(app, context, { site: 'Simulated clinic', simulated: true })
  await clinic.fileVisit({ seed: 9 })
  expect(await version('mixed')).toMatchObject({ simulated: true })
})
