import { readdir } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import type { DatasetVersion, TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { ModelEvaluation } from '../evaluation/modelEvaluation.ts'
import { TestConsole } from '../accounts/testConsole.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { executeRun } from './executeRun.ts'
import { RunProgress } from './runProgress.ts'
import { ensureTrainingQueues, TRAINING_QUEUE } from './trainingQueue.ts'
import { startWorker } from './worker.ts'

const { db, context } = await withTestDatabase()
const app = await buildServer(context)
await context.boss.start()
await ensureTrainingQueues(context.boss)
const device = await TestDevice.enrol(app, context)
const person = await TestConsole.signIn(app, context, 'researcher')
for (let seed = 1; seed <= 8; seed += 1) await device.fileVisit({ seed, label: seed % 2 === 0 ? 'present' : 'absent' })
const dataset = (await person.post('/dataset-versions', { name: 'eight' })).json<DatasetVersion>()
const never = new AbortController().signal

const start = async (maxEpochs: number) =>
  (await person.post('/training-runs', { datasetVersionId: dataset.id, maxEpochs })).json<TrainingRun>()
const run = async (id: string) => (await person.get(`/training-runs/${id}`)).json<TrainingRun>()

test('a run and its job are one commit', async () => {
  const started = await start(1)
  expect(started).toMatchObject({ status: 'queued', datasetName: 'eight', modelId: null, startedBy: person.username })
  expect(await context.boss.findJobs(TRAINING_QUEUE, { id: started.id })).toHaveLength(1)
  // The same transaction, failing after the job: the audit log is closed to it.
  const before = (await person.get('/training-runs')).json<TrainingRun[]>().length
  const closed = vi.spyOn(context.boss, 'send').mockRejectedValueOnce(new Error('queue gone'))
  expect((await person.post('/training-runs', { datasetVersionId: dataset.id })).json()).toMatchObject({
    code: 'internal',
  })
  closed.mockRestore()
  expect((await person.get('/training-runs')).json<TrainingRun[]>()).toHaveLength(before)
  await person.post(`/training-runs/${started.id}/cancel`)
})

test('a run that still waits is cancelled at once, and is then done with', async () => {
  const { id } = await start(1)
  expect((await person.post(`/training-runs/${id}/cancel`)).json()).toMatchObject({ status: 'cancelled' })
  expect((await person.post(`/training-runs/${id}/cancel`)).json()).toMatchObject({ code: 'run_not_cancellable' })
  await executeRun(context, id, never)
  expect(await run(id)).toMatchObject({ status: 'cancelled', stage: 'queued' })
})

test('what fails ends the run with a sentence', async () => {
  const { id } = await start(1)
  await db
    .updateTable('trainingRuns')
    .set({ configuration: JSON.stringify({ network: 'none such' }) })
    .where('id', '=', id)
    .execute()
  await executeRun(context, id, never)
  const ended = await run(id)
  expect(ended.status).toBe('failed')
  expect(ended.failure).toContain('none such')
  expect(ended.endedAt).not.toBeNull()
})

test('a run is trained by one worker at a time', async () => {
  const { id } = await start(500)
  const first = new AbortController()
  const training = executeRun(context, id, first.signal)
  await vi.waitFor(async () => expect((await run(id)).status).toBe('running'), { timeout: 20_000 })
  await expect(executeRun(context, id, never)).rejects.toThrow('another worker still trains this run')
  // The worker stops: the run stays as it is for the next one.
  first.abort()
  await expect(training).rejects.toThrow()
  expect((await run(id)).status).toBe('running')
  await db.updateTable('trainingRuns').set({ cancelRequested: true }).where('id', '=', id).execute()
  await executeRun(context, id, never)
  expect((await run(id)).status).toBe('cancelled')
}, 120_000)

test('progress is written in order, and an epoch told twice is one', async () => {
  const { id } = await start(1)
  await db.updateTable('trainingRuns').set({ status: 'running' }).where('id', '=', id).execute()
  const progress = new RunProgress(db, id, [{ epoch: 1, trainLoss: 0.7, validationLoss: 0.7 }])
  for (const epoch of [1, 2, 3])
    progress.report({
      stage: 'train',
      progress: epoch / 10,
      epoch: { epoch, trainLoss: 1 / epoch, validationLoss: 1 / epoch },
    })
  await progress.settled()
  const { epochs, progress: share, stage } = await run(id)
  expect([stage, share, epochs.map(({ epoch }) => epoch)]).toEqual(['train', 0.3, [1, 2, 3]])
  await db.updateTable('trainingRuns').set({ status: 'failed' }).where('id', '=', id).execute()
})

test('the worker takes a run from the queue, trains it and registers its model', async () => {
  const { id } = await start(1)
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
  expect((await artefact('evaluation')).json<ModelEvaluation>().probes).toHaveLength(6)
  expect((await artefact('record')).json()).toMatchObject({ experiment: { network: 'spira-conv-v2' } })
  expect((await person.get(`/training-runs/${newId()}/artefacts/report`)).json()).toMatchObject({ code: 'not_found' })
}, 300_000)
