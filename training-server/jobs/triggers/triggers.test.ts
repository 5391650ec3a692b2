import { expect, test } from 'vitest'
import type { Page } from '@spira/shared/protocol/page.ts'
import type { TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { ModelLineage, RecordingLineage } from '@spira/shared/protocol/lineage.ts'
import type { DryRun, RunTrigger } from '@spira/shared/protocol/runTriggers.ts'
import { TestConsole } from '../../accounts/testConsole.ts'
import { withTestDatabase } from '../../db/testDatabase.ts'
import { freezeDataset } from '../../datasets/freeze.ts'
import { TestDevice } from '../../ingest/testDevice.ts'
import { buildServer } from '../../server/app.ts'
import { executeStage } from '../stages/executeStage.ts'
import { ensureStageQueues } from '../stages/stageJobs.ts'
import { cancelRun, startRun } from '../trainingRuns.ts'
import { ensureTriggers, pullTriggers, TRIGGER_QUEUE } from './triggers.ts'

const { context, db } = await withTestDatabase()
const app = await buildServer(context)
await context.boss.start()
await ensureStageQueues(context.boss)
await ensureTriggers(context)
const person = await TestConsole.signIn(app, context, 'researcher')
const device = await TestDevice.enrol(app, context)
const settings = { network: 'compact', maxEpochs: 1 }
const dryRun = async (more: object = {}) =>
  (await person.post('/training-runs/dry-run', { ...settings, ...more })).json<DryRun>()
/** What a dry run says of one stage. */
const stageIn = ({ stages }: DryRun, name: string) => stages.find(({ stage }) => stage === name)
const runs = async () => (await person.get('/training-runs')).json<Page<TrainingRun>>().items
const drift = async () => (await triggers()).find(({ kind }) => kind === 'drift')!
const triggers = async () => (await person.get('/run-triggers')).json<RunTrigger[]>()

test('a dry run says what would be done, why it would not start, and how long it should take; nothing is frozen or started', async () => {
  expect(await dryRun()).toMatchObject({ recordings: 0, refusal: expect.stringContaining('at least') as string })
  for (let seed = 1; seed <= 8; seed += 1)
    await device.fileVisit({ seed, label: seed % 2 === 0 ? 'present' : 'absent' })
  const would = await dryRun()
  expect(would).toMatchObject({
    recordings: 8,
    participants: 8,
    present: 4,
    absent: 4,
    alreadyFrozenAs: null,
    newLabels: 8,
    refusal: null,
  })
  expect(would.stages.map(({ stage, jobs, seconds }) => [stage, jobs, seconds])).toEqual([
    ['freeze', 1, null],
    ['features', 1, null],
    ['folds', 1, null],
    ['train', 1, null],
    ['evaluate', 1, null],
    ['gate', 1, null],
    ['candidate', 1, null],
  ])
  expect(await runs()).toEqual([])
  expect((await person.get('/dataset-versions')).json()).toEqual({ items: [], nextCursor: null })
})

test('so many new labels start a run, on a version of its own, and not again before as many more', async () => {
  await person.post('/run-triggers', { trigger: { kind: 'new-labels', newLabels: 9 }, settings })
  await pullTriggers(context, null)
  expect(await runs()).toEqual([])
  expect((await triggers())[0].lastOutcome).toBe('8 of 9 new labels.')
  await device.fileVisit({ seed: 9, label: 'present' })
  await pullTriggers(context, null)
  const [run] = await runs()
  expect(run).toMatchObject({ status: 'queued', startedBy: 'trigger:new-labels', network: 'compact' })
  await pullTriggers(context, null)
  expect((await triggers())[0].lastOutcome).toBe('A run is under way.')
  await cancelRun(context, run.id, 'test')
  await pullTriggers(context, null)
  expect((await triggers())[0]).toMatchObject({ lastOutcome: '0 of 9 new labels.', lastRunId: run.id })
  expect(await runs()).toHaveLength(1)
})

test('a schedule is the queue’s own, in its row and gone with it; what is no schedule is refused', async () => {
  const refused = await person.post('/run-triggers', { trigger: { kind: 'schedule', cron: '99 3 * * 0' }, settings })
  expect(refused.json()).toMatchObject({ code: 'invalid_request' })
  const added = (
    await person.post('/run-triggers', { trigger: { kind: 'schedule', cron: '0 3 * * 0' }, settings })
  ).json<RunTrigger[]>()
  const { id } = added.find(({ kind }) => kind === 'schedule')!
  const put = (cron: string) =>
    person.request('PUT', `/run-triggers/${id}`, { payload: { trigger: { kind: 'schedule', cron }, settings } })
  expect((await put('99 3 * * 0')).json()).toMatchObject({ code: 'invalid_request' })
  expect((await put('30 2 * * 1')).json()).toContainEqual(expect.objectContaining({ id, cron: '30 2 * * 1' }))
  const scheduled = async () => (await context.boss.getSchedules(TRIGGER_QUEUE)).map(({ key }) => key)
  expect(await scheduled()).toContain(id)
  // Its time has come, and nothing is new: it says so, and no second version of the same content is made.
  await pullTriggers(context, id)
  const named = (await triggers()).find((one) => one.id === id)!
  expect(named.lastOutcome).toContain('new-labels')
  await person.request('DELETE', `/run-triggers/${id}`)
  expect(await scheduled()).not.toContain(id)
})

test('drift starts a run, also when it was reported while another was under way, on the version that was frozen and left without one; once', async () => {
  await person.post('/run-triggers', { trigger: { kind: 'drift' }, settings })
  await pullTriggers(context, null)
  expect((await drift()).lastOutcome).toBe('No drift since it last started a run.')
  const [{ datasetVersionId }] = await runs()
  const byHand = { seed: 1, maxEpochs: 1, network: 'compact', startedBy: 'ana' }
  const other = await startRun(context, { ...byHand, datasetVersionId })
  await device.fileVisit({ seed: 10, label: 'absent' })
  await db
    .insertInto('alerts')
    .values({
      id: newId(),
      kind: 'input-drift',
      modelId: newId(),
      siteId: device.siteId,
      week: '2026-11-23',
      sentence: 'it sounds otherwise',
      raisedAt: new Date(),
      deliveredAt: null,
      closedAt: null,
      closedBy: null,
    })
    .execute()
  await pullTriggers(context, null)
  expect((await drift()).lastOutcome).toBe('A run is under way.')
  await cancelRun(context, other.id, 'test')

  const left = await freezeDataset(context, { name: 'left behind', description: '', frozenBy: 'trigger:drift' })
  await pullTriggers(context, null)
  expect((await drift()).lastOutcome).toBe('A run was started on left behind.')
  const [run] = await runs()
  expect(run).toMatchObject({ startedBy: 'trigger:drift', datasetVersionId: left.id })
  await cancelRun(context, run.id, 'test')
  await pullTriggers(context, null)
  expect((await drift()).lastOutcome).toBe('No drift since it last started a run.')
  await startRun(context, { ...byHand, datasetVersionId: left.id })
})

test('promise 7: a model leads back to its recordings and what each was to it, a recording to its models; times that were measured are told by the next dry run', async () => {
  const [run] = await runs()
  const never = new AbortController().signal
  for (;;) {
    const next = await db
      .selectFrom('runStages')
      .select('id')
      .where('runId', '=', run.id)
      .where('state', '=', 'queued')
      .executeTakeFirst()
    if (next === undefined) break
    await executeStage(context, next.id, never)
  }
  const lineage = (await person.get(`/model-versions/${run.id}/lineage`)).json<ModelLineage>()
  expect(lineage).toMatchObject({ runId: run.id, datasetVersionId: run.datasetVersionId, seed: 1 })
  expect(lineage.recordings).toHaveLength(10)
  expect(new Set(lineage.recordings.map(({ part }) => part))).toEqual(new Set(['train', 'validation', 'test']))
  expect(lineage.stages.every(({ inputHash, outputHash }) => inputHash !== null && outputHash !== null)).toBe(true)
  for (const { recordingId, part } of lineage.recordings) {
    const back = (await person.get(`/recordings/${recordingId}/lineage`)).json<RecordingLineage>()
    expect(back.models).toContainEqual(expect.objectContaining({ modelId: run.id, part }))
  }
  expect((await person.get(`/model-versions/${newId()}/lineage`)).json()).toMatchObject({ code: 'not_found' })
  const { stages, alreadyFrozenAs } = await dryRun()
  expect(alreadyFrozenAs).toBe(run.datasetName)
  expect(stages.every(({ seconds }) => seconds !== null)).toBe(true)

  // The run that was measured, once more: the times that its stages have recorded.
  const recorded = await db.selectFrom('runStages').select(['stage', 'resources']).where('runId', '=', run.id).execute()
  for (const { stage, resources } of recorded)
    expect(stages.find((one) => one.stage === stage)?.seconds).toBeCloseTo(resources?.seconds ?? Number.NaN, 6)
  const whole = recorded.reduce((sum, { resources }) => sum + (resources?.seconds ?? 0), 0)
  expect((await dryRun()).seconds).toBeCloseTo(whole, 6)

  // Two seeds and four folds: six models, of which a fold's learns from three quarters; with more workers it is over sooner.
  const wide = { seeds: 2, folds: 4 }
  const one = await dryRun(wide)
  const trained = recorded.find(({ stage }) => stage === 'train')?.resources?.seconds ?? Number.NaN
  expect(stageIn(one, 'train')).toMatchObject({ jobs: 6 })
  expect(stageIn(one, 'train')?.seconds).toBeCloseTo(trained * (2 + 4 * 0.75), 6)
  expect(one.seconds).toBeCloseTo(
    one.stages.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
    6,
  )
  const [two, many] = [await dryRun({ ...wide, workers: 2 }), await dryRun({ ...wide, workers: 64 })]
  expect(two.seconds).toBeLessThan(one.seconds ?? 0)
  expect(two.seconds).toBeGreaterThanOrEqual((one.seconds ?? 0) / 2)
  // With a worker for each, the longest way through the plan: a seed's model, not a fold's.
  expect(many.seconds).toBeCloseTo(whole, 6)
}, 120_000)
