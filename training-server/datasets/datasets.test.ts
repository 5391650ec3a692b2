import { expect, test } from 'vitest'
import type { DatasetDiff, DiffRecording } from '@spira/shared/protocol/cohortApi.ts'
import type { DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Page } from '@spira/shared/protocol/page.ts'
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

test('promise 9: the datasheet says neither when somebody was recorded nor what was typed about them', async () => {
  await device.fileVisit({ seed: 10 })
  const rules = [
    { mode: 'include', filters: { site: device.siteId, dayFrom: '2026-11-01', dayTo: '2026-11-30' } },
    { mode: 'exclude', filters: { cause: 'worked at the mill' } },
  ]
  const frozen = (
    await researcher.post('/dataset-versions', { name: 'chosen', cohort: { rules } })
  ).json<DatasetVersion>()
  const sheet = (await researcher.get(`/dataset-versions/${frozen.id}/datasheet`)).body
  expect(sheet).toContain('Recorded over a span of one day with')
  expect(sheet).toContain('1. Only recordings with site site-01; a day of recording among 30 chosen in a row.')
  expect(sheet).toContain('2. No recordings with cause a text.')
  for (const secret of ['2026-11-20', '2026-11-01', device.siteId, 'mill', 'Ward', 'cart 1'])
    expect(sheet.includes(secret), secret).toBe(false)
})

test('the difference of two versions: in numbers that agree, and page by page which recordings with what is another', async () => {
  const [stays, relabelled, corrected, gone] = [
    await device.fileVisit({ seed: 20, label: 'absent' }),
    await device.fileVisit({ seed: 21, label: 'absent' }),
    await device.fileVisit({ seed: 22, label: 'absent' }),
    await device.fileVisit({ seed: 23, label: 'absent' }),
  ]
  const fair = device.visit({ seed: 24 })
  Object.assign(fair.recording.quality, { verdict: 'fair' })
  await device.send(fair.events)
  await device.finalise(fair.recording, await device.upload(fair.recording, fair.audio))
  const before = await version('before')

  const leaves = { id: newId(), participantId: gone.participant.id, withdrawnAt: '2026-11-22T10:00:00.000Z' }
  await device.send([
    device.event({ type: 'participant.withdrawn', payload: { ...leaves, recordedBy: 'RN-7' } }),
    device.event({ type: 'label.given', payload: { ...relabelled.label, id: newId(), value: 'present' } }),
  ])
  await db.updateTable('participants').set({ ageYears: 70 }).where('id', '=', corrected.participant.id).execute()
  const added = await device.fileVisit({ seed: 25 })
  const cohort = { rules: [{ mode: 'exclude', filters: { quality: 'fair' } }] }
  const after = (await researcher.post('/dataset-versions', { name: 'after', cohort })).json<DatasetVersion>()

  const path = `/dataset-versions/${before.id}/diff/${after.id}`
  expect((await researcher.get(path)).json<DatasetDiff>()).toEqual({
    added: { recordings: 1, participants: 1 },
    removed: { recordings: 1, participants: 1 },
    relabelled: 1,
    changed: 1,
    unchanged: before.recordings - 4,
    withdrawn: 1,
  })
  const changes: DiffRecording[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<DiffRecording> = (
      await researcher.get(`${path}/recordings?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
    ).json()
    expect(page.items.length).toBeLessThanOrEqual(2)
    changes.push(...page.items)
    cursor = page.nextCursor
  }
  const task = 'read-sentence'
  expect(changes).toEqual([
    { recordingId: added.recording.id, change: 'added', task, fields: [] },
    { recordingId: fair.recording.id, change: 'removed', task, fields: [] },
    { recordingId: gone.recording.id, change: 'withdrawn', task: null, fields: [] },
    { recordingId: corrected.recording.id, change: 'changed', task, fields: ['age_years'] },
    { recordingId: relabelled.recording.id, change: 'relabelled', task, fields: ['label'] },
  ])
  expect(changes.map(({ recordingId }) => recordingId)).not.toContain(stays.recording.id)
  // The other way round what was added is removed; who has withdrawn is in neither any more.
  expect((await researcher.get(`/dataset-versions/${after.id}/diff/${before.id}`)).json<DatasetDiff>()).toMatchObject({
    added: { recordings: 1 },
    removed: { recordings: 1 },
    relabelled: 1,
    changed: 1,
    withdrawn: 0,
  })
})
