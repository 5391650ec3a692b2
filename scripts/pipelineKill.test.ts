import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'
import { DEVICE_API } from '@spira/shared/protocol/deviceApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { stageSchema, type Stage } from '@spira/shared/protocol/trainingStages.ts'
import { createReleaseClient } from '@spira/shared/release/client.ts'
import { httpRepository } from '@spira/shared/release/httpRepository.ts'
import { RELEASE_LIMITS } from '@spira/shared/release/limits.ts'
import type { Role } from '@spira/shared/release/metadata.ts'
import { ServerUnderFault } from '../e2e/faults/serverUnderFault.ts'
import { createAccount } from '../training-server/accounts/accounts.ts'
import { verifyAuditChain } from '../training-server/audit/auditLog.ts'
import { freezeDataset } from '../training-server/datasets/freeze.ts'
import { TestDevice } from '../training-server/ingest/testDevice.ts'
import { getRun, startRun } from '../training-server/jobs/trainingRuns.ts'
import { WITHOUT_SOAK } from '../training-server/models/testing/withoutSoak.ts'
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
    // Where the database was killed under it, what it had open there is gone already.
    await opened.close().catch(() => undefined)
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
    await new Promise((later) => setTimeout(later, 20))
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

type Victim = 'worker' | 'server' | 'postgres'

async function kill(victim: Victim): Promise<void> {
  if (victim === 'worker') await server.killWorker()
  else if (victim === 'server') await server.killServer()
  else await server.killPostgres()
}

/**
 * Keeps everybody else from writing to a table, as a slow disk would, until it is let go: what is under way cannot come to its end
 * meanwhile, however short it is. A killed PostgreSQL lets go by itself.
 */
async function hold({ context: { db } }: OpenContext, table: 'run_stage_files' | 'approvals' | 'tuf_metadata') {
  const gate = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const ended = db
    .transaction()
    .execute(async (trx) => {
      await sql`lock table ${sql.table(table)} in share mode`.execute(trx)
      held.resolve()
      await gate.promise
    })
    .catch((error: unknown) => held.reject(error instanceof Error ? error : new Error(String(error))))
  await held.promise
  return async () => {
    gate.resolve()
    await ended
  }
}

/** A killed database is started again by whoever holds it: only then can it be left. */
const answers = ({ context: { db } }: OpenContext): Promise<true> =>
  until(async () => sql`select 1`.execute(db).then(() => true as const), 60)

/** Somebody waits for the table that is held. */
const isWaitedFor = async ({ context: { db } }: OpenContext, table: string): Promise<true | null> => {
  const { rows } = await sql`select 1 from pg_locks where not granted and relation = ${table}::regclass`.execute(db)
  return rows.length > 0 ? true : null
}

/** Kills in the midst of a stage: it has begun, and cannot have come to its end. @returns the run */
const killAtStage = (victim: Victim, stage: Stage): Promise<string> =>
  withContext(async (opened) => {
    const { db } = opened.context
    // The first is taken at once.
    const early = stage === 'freeze' ? await hold(opened, 'run_stage_files') : null
    const runId = await begin()
    const stateOf = async () =>
      (
        await db
          .selectFrom('runStages')
          .select('state')
          .where('runId', '=', runId)
          .where('stage', '=', stage)
          .executeTakeFirstOrThrow()
      ).state
    // The stages before it come to their end; a worker looks for the next only every half second.
    await until(async () => ((await stateOf()) === 'waiting' ? null : true), 120)
    const letGo = early ?? (await hold(opened, 'run_stage_files'))
    await until(async () => ((await stateOf()) === 'queued' ? null : true), 60)
    expect(await stateOf(), 'it is under way').toBe('running')
    await kill(victim)
    await letGo()
    await server.start()
    await answers(opened)
    return runId
  })

let kills = 0
/** A candidate that nobody has approved, judged beside the champion of this moment. */
let candidate: string | null = null

describe.each(victims)('kill -9 of the %s', (victim) => {
  test.each(stages)(
    'promise 7: in the midst of the stage %s the run completes, nothing is done twice, and the weights are those of the undisturbed run',
    async (stage) => {
      const runId = await killAtStage(victim, stage)
      const run = await outcome(runId)
      kills += 1
      process.stdout.write(`${victim} killed at ${stage}: ${run.attempts} attempts, ${run.hash}\n`)
      expect(run.hash).toBe(undisturbed)
      expect(run.happened).toEqual(['model.registered', 'training-run.ended'])
      // The killed worker's stage is begun once more; a worker that outlived its server or its database may have brought it to an end.
      if (victim === 'worker') expect(run.attempts).toBe(stageSchema.options.length + 1)
      candidate = runId
    },
    300_000,
  )
})

/** What an approval left: of each kind there is one, or there is none. */
const leftBy = (modelId: string) =>
  withContext(async ({ context: { db } }) => {
    const count = async (table: 'approvals' | 'releases' | 'rollouts') =>
      (await db.selectFrom(table).select('modelId').where('modelId', '=', modelId).execute()).length
    const audited = await db
      .selectFrom('auditLog')
      .select('action')
      .where('subject', '=', `model:${modelId}`)
      .where('action', 'in', ['model.released', 'rollout.completed'])
      .orderBy('action')
      .execute()
    expect(await verifyAuditChain(db)).toMatchObject({ brokenAt: null })
    return {
      approvals: await count('approvals'),
      releases: await count('releases'),
      rollouts: await count('rollouts'),
      audited: audited.map(({ action }) => action),
    }
  })
const NOTHING = { approvals: 0, releases: 0, rollouts: 0, audited: [] }
const ONCE = { approvals: 1, releases: 1, rollouts: 1, audited: ['model.released', 'rollout.completed'] }

const post = async (path: string, body: object, cookie = '') =>
  fetch(`http://127.0.0.1:${server.port}${CONSOLE_API}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-spira-console': '1', cookie },
    body: JSON.stringify(body),
  })

/** Signs a clinical lead in at the server under fault. @returns how to approve as that person */
async function lead() {
  const { username, oneTimePassword } = await withContext(async ({ context }) => {
    const name = `lead-${newId().slice(-6)}`
    return { username: name, ...(await createAccount(context, { username: name, role: 'clinician-lead' })) }
  })
  const signedIn = await post('/session', { username, password: oneTimePassword })
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  await post('/password', { current: oneTimePassword, next: 'a long phrase of my own' }, cookie)
  return (modelId: string) =>
    post(
      `/model-versions/${modelId}/approve`,
      { reason: 'it was killed well', override: true, rollout: WITHOUT_SOAK },
      cookie,
    )
}

/** The model that a device gets, verified, and the hash of its network. */
async function releasedToDevice() {
  const root = await withContext(({ context: { db } }) =>
    db.selectFrom('tufMetadata').select('text').where('fileName', '=', '1.root.json').executeTakeFirstOrThrow(),
  )
  const trusted = new Map<Role, string>([['root', root.text]])
  const client = createReleaseClient({
    fetchBytes: httpRepository(`http://127.0.0.1:${server.port}${DEVICE_API}/tuf`, (address) => fetch(address)),
    trusted: {
      read: async (role) => trusted.get(role) ?? null,
      write: async (role, text) => void trusted.set(role, text),
    },
    now: () => new Date(),
    limits: RELEASE_LIMITS,
    channel: 'stable',
  })
  await client.refresh()
  const release = client.currentRelease()
  if (release === null) return null
  const onnx = await client.download(release.onnx)
  return { modelId: release.modelId, hash: createHash('sha256').update(onnx).digest('hex') }
}

const MOMENTS = [
  ['the approval is written', 'approvals'],
  ['the release is signed', 'tuf_metadata'],
  ['the answer is on its way', null],
] as const

describe.each(['server'] as const)('kill -9 of the %s', (victim) => {
  test.each(everything ? MOMENTS : MOMENTS.slice(1, 2))(
    'promise 7: while %s a model is released once or not at all, and then can be',
    async (moment, table) => {
      const modelId = candidate ?? (await begin())
      candidate = null
      await outcome(modelId)
      const approve = await lead()
      await withContext(async (opened) => {
        if (table === null) {
          expect((await approve(modelId)).status).toBe(200)
          await kill(victim)
          return answers(opened)
        }
        const letGo = await hold(opened, table)
        const answer = approve(modelId).then(
          ({ status }) => status,
          () => null,
        )
        await until(() => isWaitedFor(opened, table), 30)
        await kill(victim)
        await letGo()
        expect(await answer).not.toBe(200)
        await answers(opened)
      })
      await server.start()
      const left = await until(() => leftBy(modelId), 60)
      expect(left).toEqual(table === null ? ONCE : NOTHING)
      const { got } = await until(async () => ({ got: await releasedToDevice() }), 60)
      expect(got?.modelId === modelId).toBe(table === null)

      const again = await until(async () => approve(modelId), 60)
      expect(again.status).toBe(table === null ? 409 : 200)
      expect(await leftBy(modelId)).toEqual(ONCE)
      expect(await releasedToDevice()).toEqual({ modelId, hash: undisturbed })
      kills += 1
      process.stdout.write(
        `${victim} killed while ${moment}: ${left.releases} releases after it, 1 in the end, ${undisturbed}\n`,
      )
    },
    300_000,
  )
})

afterAll(() => process.stdout.write(`${kills} kills, each with the weights ${undisturbed}, nothing twice\n`))
