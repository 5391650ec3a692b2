import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { withTestDatabase } from '../db/testDatabase.ts'
import { freezeDataset } from '../datasets/freeze.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { buildServer } from '../server/app.ts'
import { ensureStageQueues } from './stages/stageJobs.ts'
import { getRun, startRun } from './trainingRuns.ts'

const { db, context, url } = await withTestDatabase()
const app = await buildServer(context)
await context.boss.start()
await ensureStageQueues(context.boss)
const device = await TestDevice.enrol(app, context)
for (let seed = 1; seed <= 8; seed += 1) await device.fileVisit({ seed, label: seed % 2 === 0 ? 'present' : 'absent' })
const dataset = await freezeDataset(context, { name: 'eight', description: '', frozenBy: 'test' })

const workers: ChildProcess[] = []
afterAll(() => workers.forEach((child) => child.kill('SIGKILL')))
function worker(): ChildProcess {
  const spira = fileURLToPath(new URL('../cli/spira.ts', import.meta.url))
  const env = { ...process.env, DATABASE_URL: url, SPIRA_LOG_LEVEL: 'silent' }
  const child = spawn(process.execPath, [spira, 'worker', '--data', context.folders.data], { env, stdio: 'ignore' })
  workers.push(child)
  return child
}

test('a worker killed in the middle of a run is replaced, and the run goes on from where it was', async () => {
  const { id } = await startRun(context, { datasetVersionId: dataset.id, seed: 1, maxEpochs: 12, startedBy: 'test' })
  const first = worker()
  const epochs = async () => (await getRun(db, id)).epochs.length
  await vi.waitFor(async () => expect(await epochs()).toBeGreaterThan(0), { timeout: 120_000, interval: 50 })
  const ended = once(first, 'exit')
  first.kill('SIGKILL')
  await ended
  expect(await getRun(db, id)).toMatchObject({ status: 'running', modelId: null })
  const second = worker()
  await vi.waitFor(async () => expect((await getRun(db, id)).status).not.toBe('running'), {
    timeout: 240_000,
    interval: 500,
  })
  const run = await getRun(db, id)
  expect(run).toMatchObject({ status: 'succeeded', failure: null, modelId: id })
  expect(run.epochs.map(({ epoch }) => epoch)).toEqual(run.epochs.map((_, index) => run.epochs[0].epoch + index))
  second.kill('SIGTERM')
  expect((await once(second, 'exit'))[0]).toBe(0)
}, 400_000)
