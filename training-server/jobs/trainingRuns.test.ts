import { readdir } from 'node:fs/promises'
import type { Page } from '@spira/shared/protocol/page.ts'
import type { RunStageRow } from '@spira/shared/protocol/trainingStages.ts'
import { expect, test, vi } from 'vitest'
import type { DatasetVersion, ModelVersion, TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { ModelEvaluation } from '../evaluation/modelEvaluation.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { sweepBlobs } from '../blobs/sweepBlobs.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { GATE_PLAN_HASH } from '../models/gate/plan.ts'
import { buildServer } from '../server/app.ts'
import { StageProgress } from './stages/stageProgress.ts'
import { executeStage, FAILURES_ALLOWED } from './stages/executeStage.ts'
import { ensureStageQueues, STAGE_QUEUE } from './stages/stageJobs.ts'
import { sweepFeatures } from './sweepFeatures.ts'
import { startWorker } from './worker.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
await context.boss.start()
await ensureStageQueues(context.boss)
const device = await TestDevice.enrol(app, context)
const person = await TestConsole.signIn(app, context, 'researcher')
for (let seed = 1; seed <= 8; seed += 1) await device.fileVisit({ seed, label: seed % 2 === 0 ? 'present' : 'absent' })
const dataset = (await person.post('/dataset-versions', { name: 'eight' })).json<DatasetVersion>()
const never = new AbortController().signal

const start = async (maxEpochs: number) =>
  (
    await person.post('/training-runs', { datasetVersionId: dataset.id, maxEpochs, network: 'compact' })
  ).json<TrainingRun>()
const run = async (id: string) => (await person.get(`/training-runs/${id}`)).json<TrainingRun>()

const stagesOf = async (id: string) => (await person.get(`/training-runs/${id}/stages`)).json<RunStageRow[]>()
const stageOf = async (id: string, stage: string) => (await stagesOf(id)).find((one) => one.stage === stage)!
/** Does every stage that is queued, one after the other, until one of `until` is. */
async function workUntil(id: string, until: string): Promise<RunStageRow> {
  for (;;) {
    const queued = (await stagesOf(id)).find(({ state }) => state === 'queued')!
    if (queued.stage === until) return queued
    await executeStage(context, queued.id, never)
  }
}

test('a run and its first job are one commit', async () => {
  const started = await start(1)
  expect(started).toMatchObject({ status: 'queued', datasetName: 'eight', modelId: null, startedBy: person.username })
  const stages = await stagesOf(started.id)
  expect(stages.map(({ stage, state }) => `${stage} ${state}`)).toEqual([
    'freeze queued',
    'features waiting',
    'folds waiting',
    'train waiting',
    'evaluate waiting',
    'gate waiting',
    'candidate waiting',
  ])
  expect(await context.boss.findJobs(STAGE_QUEUE, { data: { stageId: stages[0].id } })).toHaveLength(1)
  // The same transaction, failing after the job: the audit log is closed to it.
  const before = (await person.get('/training-runs')).json<Page<TrainingRun>>().items.length
  const closed = vi.spyOn(context.boss, 'send').mockRejectedValueOnce(new Error('queue gone'))
  expect((await person.post('/training-runs', { datasetVersionId: dataset.id })).json()).toMatchObject({
    code: 'internal',
  })
  closed.mockRestore()
  expect((await person.get('/training-runs')).json<Page<TrainingRun>>().items).toHaveLength(before)
  await person.post(`/training-runs/${started.id}/cancel`)
})

test('a run that still waits is cancelled at once, and is then done with', async () => {
  const { id } = await start(1)
  const { id: first } = await stageOf(id, 'freeze')
  expect((await person.post(`/training-runs/${id}/cancel`)).json()).toMatchObject({ status: 'cancelled' })
  expect((await person.post(`/training-runs/${id}/cancel`)).json()).toMatchObject({ code: 'run_not_cancellable' })
  expect((await person.post(`/training-runs/${id}/retry`)).json()).toMatchObject({ code: 'run_not_failed' })
  await executeStage(context, first, never)
  expect(await run(id)).toMatchObject({ status: 'cancelled' })
  expect(new Set((await stagesOf(id)).map(({ state }) => state))).toEqual(new Set(['cancelled']))
})

test('what can never succeed fails the run at once, with its sentence, among the dead letters', async () => {
  const { id } = await start(1)
  await db
    .updateTable('trainingRuns')
    .set({ configuration: JSON.stringify({ epochs: 'many' }) })
    .where('id', '=', id)
    .execute()
  await executeStage(context, (await workUntil(id, 'features')).id, never)
  expect(await run(id)).toMatchObject({ status: 'failed', stage: 'features' })
  expect((await run(id)).failure).toContain('epochs')
  const deadLetters = async (query = '') => (await person.get(`/dead-letters${query}`)).json<Page<RunStageRow>>()
  const dead = async () => (await deadLetters()).items.map(({ runId, stage }) => ({ runId, stage }))
  expect(await dead()).toContainEqual({ runId: id, stage: 'features' })

  const { id: next } = await start(2)
  await db
    .updateTable('runStages')
    .set({ state: 'failed' })
    .where('runId', '=', next)
    .where('stage', '=', 'freeze')
    .execute()
  await db.updateTable('trainingRuns').set({ status: 'failed' }).where('id', '=', next).execute()
  const newest = await deadLetters('?limit=1')
  expect(newest.items.map(({ runId }) => runId)).toEqual([next])
  expect((await deadLetters(`?limit=1&cursor=${newest.nextCursor}`)).items.map(({ runId }) => runId)).toEqual([id])

  // Not worth another try: out of the list, with a reason, and tried again all the same when somebody thinks better of it.
  const dismiss = (reason: string) => person.post(`/training-runs/${next}/dismiss`, { reason })
  expect((await dismiss('')).json()).toMatchObject({ code: 'invalid_request' })
  expect((await dismiss('a mistaken setting')).json()).toMatchObject({ id: next, status: 'failed' })
  expect((await dismiss('once more')).json()).toMatchObject({ code: 'run_not_failed' })
  expect(await dead()).toEqual([{ runId: id, stage: 'features' }])
  const audited = await db
    .selectFrom('auditLog')
    .select('details')
    .where('action', '=', 'training-run.dismissed')
    .execute()
  expect(audited).toEqual([{ details: { reason: 'a mistaken setting', stages: ['freeze all'] } }])
  expect((await person.post(`/training-runs/${next}/retry`)).json()).toMatchObject({ status: 'running' })
  await person.post(`/training-runs/${next}/cancel`)
  await person.post(`/training-runs/${id}/dismiss`, { reason: 'it was a test' })
  expect((await deadLetters()).items).toEqual([])
})

test('what fails is tried again so often, then waits for a person, who can try it again: what is done stays done', async () => {
  const { id } = await start(1)
  const { id: stageId } = await workUntil(id, 'folds')
  const features = await stageOf(id, 'features')
  const broken = vi.spyOn(context.blobs, 'put').mockRejectedValue(new Error('the disk is full'))
  for (let failure = 1; failure < FAILURES_ALLOWED; failure += 1) {
    await expect(executeStage(context, stageId, never)).rejects.toThrow('the disk is full')
    expect(await stageOf(id, 'folds')).toMatchObject({
      state: 'running',
      failures: failure,
      failure: 'the disk is full',
    })
  }
  await executeStage(context, stageId, never)
  expect(await run(id)).toMatchObject({ status: 'failed', failure: 'the disk is full' })
  broken.mockRestore()
  expect((await person.post(`/training-runs/${id}/retry`)).json()).toMatchObject({ status: 'running', failure: null })
  await executeStage(context, stageId, never)
  expect(await stageOf(id, 'folds')).toMatchObject({ state: 'done', failure: null, attempts: FAILURES_ALLOWED + 1 })
  expect(await stageOf(id, 'features')).toEqual(features)
  await person.post(`/training-runs/${id}/cancel`)
})

test('the losses of every model are kept, each at its stage; those of the first seed are the run’s', async () => {
  const { id } = (
    await person.post('/training-runs', { datasetVersionId: dataset.id, seeds: 2, folds: 2, network: 'compact' })
  ).json<TrainingRun>()
  expect(await run(id)).toMatchObject({ models: 4, epochs: [] })
  await db
    .updateTable('runStages')
    .set({ state: 'running' })
    .where('runId', '=', id)
    .where('stage', '=', 'train')
    .execute()
  const row = await db.selectFrom('trainingRuns').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const trains = await db
    .selectFrom('runStages')
    .selectAll()
    .where('runId', '=', id)
    .where('stage', '=', 'train')
    .orderBy('position')
    .execute()
  for (const [at, stage] of trains.entries()) {
    const progress = new StageProgress(db, row, stage)
    for (const epoch of [1, 2]) {
      progress.report({ progress: epoch / 2, epoch: { epoch, trainLoss: 1 / epoch, validationLoss: at + 1 / epoch } })
      await progress.settled()
    }
  }
  const told = (await stagesOf(id)).filter(({ stage }) => stage === 'train')
  expect(told.map(({ shard, epochs }) => [shard, epochs.map(({ validationLoss }) => validationLoss)])).toEqual([
    ['seed 1', [1, 0.5]],
    ['seed 2', [2, 1.5]],
    ['fold 1 of 2', [3, 2.5]],
    ['fold 2 of 2', [4, 3.5]],
  ])
  expect((await run(id)).epochs).toEqual(told[0]?.epochs)
  await db
    .updateTable('runStages')
    .set({ state: 'waiting' })
    .where('runId', '=', id)
    .where('stage', '=', 'train')
    .execute()
  await person.post(`/training-runs/${id}/cancel`)
})

test('features are computed once for the same audio, and go with the recording', async () => {
  const { id } = await start(1)
  await workUntil(id, 'folds')
  const { logTail } = await stageOf(id, 'features')
  expect(logTail).toBe(`${dataset.recordings} recordings: 0 computed, ${dataset.recordings} were there`)
  await person.post(`/training-runs/${id}/cancel`)
  // Nobody asked for them for long: the bytes go too, unless somebody else refers to them.
  const day = 86_400_000
  expect(await sweepFeatures(context, new Date(Date.now() + 89 * day))).toBe(0)
  expect(await sweepFeatures(context, new Date(Date.now() + 91 * day))).toBe(dataset.recordings)
  expect(await sweepBlobs(context)).toBeGreaterThan(0)
  const again = await start(1)
  await workUntil(again.id, 'folds')
  expect((await stageOf(again.id, 'features')).logTail).toContain(`${dataset.recordings} computed`)
  await person.post(`/training-runs/${again.id}/cancel`)
})

test('a stage is done by one worker at a time, and a cancelled run stops within seconds and leaves nothing half', async () => {
  const { id } = await start(500)
  const { id: stageId } = await workUntil(id, 'train')
  const first = new AbortController()
  const training = executeStage(context, stageId, first.signal)
  await vi.waitFor(async () => expect((await run(id)).epochs.length).toBeGreaterThan(0), { timeout: 60_000 })
  await expect(executeStage(context, stageId, never)).rejects.toThrow('another worker is still at this stage')
  // The worker stops: the stage stays as it is for the next one.
  first.abort()
  await expect(training).rejects.toThrow()
  expect(await stageOf(id, 'train')).toMatchObject({ state: 'running', attempts: 1 })
  const second = executeStage(context, stageId, never)
  const epochs = (await run(id)).epochs.length
  await vi.waitFor(async () => expect((await run(id)).epochs.length).toBeGreaterThan(epochs), { timeout: 60_000 })
  const asked = performance.now()
  await person.post(`/training-runs/${id}/cancel`)
  await second
  expect(performance.now() - asked).toBeLessThan(8000)
  expect(await run(id)).toMatchObject({ status: 'cancelled', modelId: null })
  expect(await readdir(context.folders.work)).not.toContain(id)
}, 180_000)

test('of a run that is cancelled while no worker is at it, what a stopped worker left in its folder goes', async () => {
  const { id } = await start(500)
  const { id: stageId } = await workUntil(id, 'train')
  const stopped = new AbortController()
  const training = executeStage(context, stageId, stopped.signal)
  await vi.waitFor(async () => expect((await run(id)).epochs.length).toBeGreaterThan(0), { timeout: 60_000 })
  stopped.abort()
  await expect(training).rejects.toThrow()
  expect(await readdir(context.folders.work)).toContain(id)
  await person.post(`/training-runs/${id}/cancel`)
  await executeStage(context, stageId, never)
  expect(await run(id)).toMatchObject({ status: 'cancelled', modelId: null })
  expect(await readdir(context.folders.work)).not.toContain(id)
}, 120_000)

/** The run that a worker has brought to its end. */
let finished = ''

test('the worker takes a run from the queue, trains it and registers its model, which is judged again when the plan has changed', async () => {
  const { id } = await start(1)
  finished = id
  const worker = await startWorker(context)
  await vi.waitFor(async () => expect(['succeeded', 'failed']).toContain((await run(id)).status), {
    timeout: 240_000,
    interval: 1000,
  })
  await worker.stop()
  expect(await run(id)).toMatchObject({
    status: 'succeeded',
    stage: 'done',
    progress: 1,
    failure: null,
    modelId: id,
    epochs: [{ epoch: 1 }],
  })
  expect(await readdir(context.folders.work)).not.toContain(id)
  expect((await person.get('/model-versions')).json()).toMatchObject([
    {
      modelId: id,
      version: 1,
      status: 'candidate',
      datasetVersionId: dataset.id,
      artefacts: ['evaluation', 'record', 'report'],
    },
  ])

  const artefact = (kind: string) => person.get(`/training-runs/${id}/artefacts/${kind}`)
  const report = await artefact('report')
  expect(report.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  })
  expect(report.body).toContain(`Run ${id}`)
  expect(report.body).toContain('Model card')
  const { probes, withoutSound } = (await artefact('evaluation')).json<ModelEvaluation>()
  expect(probes).toHaveLength(6)
  // The bedside form's vitals came with the dataset version: the page compares the model with them.
  expect(withoutSound?.columns).toEqual(['heart_rate_per_min'])
  expect(report.body).toContain('Vitals and symptoms alone: heart_rate_per_min')
  expect((await artefact('record')).json()).toMatchObject({ experiment: { network: 'compact' } })
  expect((await person.get(`/training-runs/${newId()}/artefacts/report`)).json()).toMatchObject({ code: 'not_found' })

  const judge = () => person.post(`/model-versions/${id}/judge`)
  expect((await judge()).json()).toMatchObject({ code: 'judged_already' })
  const outputs = async () => (await stagesOf(id)).map(({ stage, outputHash }) => ({ stage, outputHash }))
  const before = await outputs()
  await db
    .updateTable('gateDecisions')
    .set({ planHash: '0'.repeat(64), planVersion: 1, criteria: '[]', passed: true })
    .where('modelId', '=', id)
    .execute()
  const approval = { modelId: id, approvedBy: 'ana', reason: 'on the old decision', overridden: '[]', planVersion: 1 }
  await db
    .insertInto('approvals')
    .values({ ...approval, approvedAt: new Date() })
    .execute()
  expect((await judge()).json()).toMatchObject({ status: 'running', modelId: id })
  expect((await judge()).json()).toMatchObject({ code: 'run_under_way' })
  await executeStage(context, (await stageOf(id, 'gate')).id, never)
  expect(await run(id)).toMatchObject({ status: 'succeeded', stage: 'done' })
  expect(await outputs()).toEqual(before)
  const [judged] = (await person.get('/model-versions')).json<ModelVersion[]>()
  // Who approved has not seen what was found now.
  expect(judged).toMatchObject({ approvals: [], gateStanding: 'in-force', gatePlan: { hash: GATE_PLAN_HASH } })
  expect(judged?.criteria.map(({ name }) => name)).toContain('edge-latency')
  expect((await person.post(`/model-versions/${newId()}/judge`)).json()).toMatchObject({ code: 'not_found' })
}, 300_000)

test('a wish to cancel that comes while the model is registered comes in time, or finds the run done', async () => {
  const registering = async (columns: { cancelRequested: boolean }) => {
    await db
      .updateTable('trainingRuns')
      .set({ ...columns, status: 'running' })
      .where('id', '=', finished)
      .execute()
    const { id } = await stageOf(finished, 'candidate')
    await db.updateTable('runStages').set({ state: 'running' }).where('id', '=', id).execute()
    await executeStage(context, id, never)
    return run(finished)
  }
  // Killed between the model's commit and the stage's: the wish is too late.
  expect(await registering({ cancelRequested: true })).toMatchObject({ status: 'succeeded', modelId: finished })

  await db.deleteFrom('gateDecisions').where('modelId', '=', finished).execute()
  await db.deleteFrom('modelVersions').where('modelId', '=', finished).execute()
  const { put } = context.blobs
  // The last thing before the model's transaction.
  const putting = vi.spyOn(context.blobs, 'put').mockImplementation(async (bytes) => {
    await db.updateTable('trainingRuns').set({ cancelRequested: true }).where('id', '=', finished).execute()
    return put.call(context.blobs, bytes)
  })
  expect(await registering({ cancelRequested: false })).toMatchObject({ status: 'cancelled', modelId: null })
  putting.mockRestore()
  expect(await readdir(context.folders.work)).not.toContain(finished)
})
