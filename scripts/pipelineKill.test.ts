import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stageSchema, type Stage } from '@spira/shared/protocol/trainingStages.ts'
import { ServerUnderFault } from '../e2e/faults/serverUnderFault.ts'
import { freezeDataset } from '../training-server/datasets/freeze.ts'
import { TestDevice } from '../training-server/ingest/testDevice.ts'
import { getRun, startRun } from '../training-server/jobs/trainingRuns.ts'
import { buildServer } from '../training-server/server/app.ts'
import { makeLog } from '../training-server/server/log.ts'
import { openContext, type OpenContext } from '../training-server/server/openContext.ts'

/** Every stage with SPIRA_KILL set (`npm run -s pipeline-kill`); else the one that takes longest, its worker alone. */
const everything = process.env['SPIRA_KILL'] !== undefined
const stages: readonly Stage[] = everything ? stageSchema.options : ['train']
const victims = everything ? (['worker', 'server', 'postgres'] as const) : (['worker'] as const)

const server = await ServerUnderFault.make()
let datasetVersionId = ''
let undisturbed = ''

/** Looks at the database of the server under fault from this process, which nobody kills. */
async function withContext<Result>(use: (opened: OpenContext) => Promise<Result>): Promise<Result> {
  const opened = await openContext({ dataFolder: server.folder, log: makeLog({ level: 'silent' }) })
  try {
    return await use(opened)
  } finally {
    await opened.context.boss.stop({ graceful: false })
    await opened.close()
  }
}

const begin = (): Promise<string> =>
  withContext(async ({ context }) => {
    await context.boss.start()
    const { id } = await startRun(context, {
      datasetVersionId,
      seed: 1,
      maxEpochs: 6,
      network: 'compact',
      startedBy: 'test',
    })
    return id
  })

const rowsOf = (runId: string) =>
  withContext(async ({ context: { db } }) => ({
    run: await getRun(db, runId),
    stages: await db.selectFrom('runStages').selectAll().where('runId', '=', runId).orderBy('position').execute(),
  }))

/** Until `look` gives something; the database may be away in between. */
async function until<Result>(look: () => Promise<Result | null>, seconds: number): Promise<Result> {
  const end = performance.now() + 1000 * seconds
  for (;;) {
    const found = await look().catch(() => null)
    if (found !== null) return found
    if (performance.now() > end) throw new Error('it did not come to pass')
    await new Promise((later) => setTimeout(later, 100))
  }
}

const outcome = async (runId: string) => {
  const { run, stages: rows } = await until(async () => {
    const now = await rowsOf(runId)
    return now.run.status === 'queued' || now.run.status === 'running' ? null : now
  }, 240)
  expect(run).toMatchObject({ status: 'succeeded', failure: null, modelId: runId })
  return withContext(async ({ context: { db } }) => {
    const models = await db.selectFrom('modelVersions').select('onnxSha256').where('runId', '=', runId).execute()
    const ended = await db
      .selectFrom('auditLog')
      .select('action')
      .where('subject', 'in', [`training-run:${runId}`, `model:${runId}`])
      .where('action', 'in', ['training-run.ended', 'model.registered'])
      .orderBy('action')
      .execute()
    return {
      hash: models.map(({ onnxSha256 }) => onnxSha256).join(),
      happened: ended.map(({ action }) => action),
      attempts: rows.reduce((sum, { attempts }) => sum + attempts, 0),
    }
  })
}

beforeAll(async () => {
  await server.start()
  await withContext(async ({ context }) => {
    const app = await buildServer(context)
    const device = await TestDevice.enrol(app, context, { simulated: true })
    for (let seed = 1; seed <= 8; seed += 1)
      await device.fileVisit({ seed, label: seed % 2 === 0 ? 'present' : 'absent' })
    datasetVersionId = (await freezeDataset(context, { name: 'kill', description: '', frozenBy: 'test' })).id
    await app.close()
  })
  const run = await outcome(await begin())
  undisturbed = run.hash
  process.stdout.write(`undisturbed: ${undisturbed}\n`)
}, 300_000)
afterAll(() => server.remove())

describe.each(victims)('kill -9 of the %s', (victim) => {
  test.each(stages)(
    'promise 7: at the stage %s the run completes, nothing is done twice, and the weights are those of the undisturbed run',
    async (stage) => {
      const runId = await begin()
      await until(async () => {
        const { stages: rows } = await rowsOf(runId)
        const row = rows.find((one) => one.stage === stage)
        return row?.state === 'running' || row?.state === 'done' ? row : null
      }, 120)
      if (victim === 'worker') await server.killWorker()
      else if (victim === 'server') await server.killServer()
      else await server.killPostgres()
      await server.start()
      const run = await outcome(runId)
      process.stdout.write(`${victim} killed at ${stage}: ${run.attempts} attempts, ${run.hash}\n`)
      expect(run.hash).toBe(undisturbed)
      expect(run.happened).toEqual(['model.registered', 'training-run.ended'])
    },
    300_000,
  )
})
