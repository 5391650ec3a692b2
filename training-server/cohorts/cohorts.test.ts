import { expect, test } from 'vitest'
import type { CohortPreview, DatasetDiff } from '@spira/shared/protocol/cohortApi.ts'
import type { DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { fillSimulated } from '../explorer/testing/fillSimulated.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
await fillSimulated(context, 800)
const researcher = await TestConsole.signIn(app, context, 'researcher')
const preview = async (cohort: object) => (await researcher.post('/cohorts/preview', cohort)).json<CohortPreview>()
const freeze = (name: string, cohort?: object) => researcher.post('/dataset-versions', { name, cohort })
const all = await db.selectFrom('recordingIndex').selectAll().execute()
const usable = all.filter(
  ({ filed, task, label, quality }) =>
    filed && task !== 'ambient-noise' && (label === 'present' || label === 'absent') && quality !== 'unusable',
)
const count = (rows: typeof all) => ({
  recordings: rows.length,
  participants: new Set(rows.map(({ participantId }) => participantId)).size,
})

test('the flow counts what each step took, as a plain reading of all rows does', async () => {
  const { total, steps, classes } = await preview({
    rules: [
      { mode: 'include', filters: { ageFrom: 40 } },
      { mode: 'exclude', filters: { cause: ['I50.0'] } },
    ],
  })
  expect(total).toEqual(count(all))
  const adults = usable.filter(({ ageYears }) => (ageYears ?? 0) >= 40)
  // What has no cause is not excluded by one.
  const left = adults.filter(({ cause }) => cause !== 'I50.0')
  expect(steps.map(({ step }) => step)).toEqual([
    'not-filed',
    'no-speech',
    'not-labelled',
    'unusable',
    'rejected',
    0,
    1,
  ])
  expect(steps[4]?.left).toEqual(count(usable))
  expect(steps[5]?.left).toEqual(count(adults))
  expect(steps[6]?.left).toEqual(count(left))
  expect(steps[6]?.removed.recordings).toBe(adults.length - left.length)
  expect(classes.present).toEqual(count(left.filter(({ label }) => label === 'present')))
  let before = total
  for (const { removed, left: after } of steps) {
    expect(before.recordings - removed.recordings).toBe(after.recordings)
    expect(before.participants - removed.participants).toBe(after.participants)
    before = after
  }
})

test('matched classes have one participant each for each, alike', async () => {
  const { classes, before, confounders } = await preview({ matching: { exact: ['sex', 'site'], ageYears: 4 } })
  expect(classes.present.participants).toBe(classes.absent.participants)
  expect(classes.present.participants).toBeGreaterThan(10)
  const difference = (name: string) => Math.abs(confounders.find((row) => row.name === name)?.difference ?? Number.NaN)
  expect([difference('sex'), difference('site')]).toEqual([0, 0])
  expect(difference('age')).toBeLessThan(0.15)
  expect(before).toHaveLength(5)
})

test('a frozen cohort holds what its preview counted, and its rules; the difference to another is told', async () => {
  const rules = [{ mode: 'include', filters: { task: ['read-sentence'] } }]
  const whole = (await freeze('all')).json<DatasetVersion>()
  const part = (await freeze('sentences', { rules })).json<DatasetVersion>()
  const { classes } = await preview({ rules })
  expect(whole).toMatchObject(count(usable))
  expect(part).toMatchObject({
    present: classes.present.recordings,
    absent: classes.absent.recordings,
    simulated: true,
  })
  const diff = (await researcher.get(`/dataset-versions/${whole.id}/diff/${part.id}`)).json<DatasetDiff>()
  expect(diff).toMatchObject({
    added: { recordings: 0 },
    removed: { recordings: whole.recordings - part.recordings },
    relabelled: 0,
    changed: 0,
    unchanged: part.recordings,
    withdrawn: 0,
  })
  const sheet = (await researcher.get(`/dataset-versions/${part.id}/datasheet`)).body
  expect(sheet).toContain(part.contentHash)
  expect(sheet).toContain('1. Only recordings with task read-sentence.')
  expect(sheet).toContain(`| read-sentence | ${part.recordings} |`)
  expect(sheet).toContain('Contains simulated voices')
  for (const { participantCode, site } of usable.slice(0, 50)) {
    expect(sheet).not.toContain(participantCode)
    expect(sheet).not.toContain(site)
  }
  expect((await researcher.get(`/dataset-versions/${whole.id}/diff/${newId()}`)).statusCode).toBe(404)
  expect((await freeze('nobody', { rules: [{ mode: 'include', filters: { ageFrom: 130 } }] })).json()).toMatchObject({
    code: 'dataset_empty',
  })
})

test('what an annotator rejects is in no version that is frozen later', async () => {
  const device = await TestDevice.enrol(app, context)
  const { recording } = await device.fileVisit({ seed: 5, label: 'present' })
  const cohort = { rules: [{ mode: 'include', filters: { device: [device.id] } }] }
  const one = await preview(cohort)
  expect(one.classes.present.recordings).toBe(1)
  await researcher.post(`/recordings/${recording.id}/curations`, { id: newId(), verdict: 'rejected', reason: 'noise' })
  const none = await preview(cohort)
  expect(none.steps[4]?.removed.recordings).toBe(1)
  expect(none.classes.present.recordings).toBe(0)
})
