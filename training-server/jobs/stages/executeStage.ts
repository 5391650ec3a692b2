import { rm, rmdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { sql } from 'kysely'
import { ZodError } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { ServerContext } from '../../server/context.ts'
import { modelOf, RunCancelled } from '../../models/registry.ts'
import { codeVersion } from '../../training/codeVersion.ts'
import { handlers } from './handlers/index.ts'
import { hashOf, inputHashOf, type RunRow, type StageRow } from './inputs.ts'
import { settle } from './settle.ts'
import { StageProgress } from './stageProgress.ts'
import { watchForCancel } from './watchForCancel.ts'

/** So often a stage may fail by itself, each try later than the last; then it lies with the dead letters. */
export const FAILURES_ALLOWED = 3
const SHA256 = /^[0-9a-f]{64}$/

/**
 * Does one stage of a run, whatever became of the workers that tried before. For a stage that is done, or a run that has ended, it does
 * nothing.
 *
 * @param signal the worker stops, or the job was given to another: the stage stays as it is, for whoever takes it next.
 * @throws Error when the stage could not be brought to an end here and should be tried again.
 */
export async function executeStage(context: ServerContext, stageId: string, signal: AbortSignal): Promise<void> {
  await context.db.connection().execute(async (connection) => {
    // A session's lock: it ends with this process, however that ends.
    const key = sql`hashtextextended(${stageId}, 0)`
    const { rows } = await sql<{ taken: boolean }>`select pg_try_advisory_lock(${key}) as taken`.execute(connection)
    if (!rows[0]?.taken) throw new Error('another worker is still at this stage')
    try {
      const begun = await begin(context, stageId)
      if (begun === null) return
      if (begun.state === 'cancelled') await forget(folderOf(context, begun))
      else await work(context, begun, signal)
    } finally {
      await sql`select pg_advisory_unlock(${key})`.execute(connection)
    }
  })
}

interface Begun {
  /** `cancelled`: not begun, because the run has ended or is to end; what another try left here goes. */
  readonly state: 'running' | 'cancelled'
  readonly run: RunRow
  readonly stage: StageRow
  /** What the stages before it left, by their keys. */
  readonly inputs: readonly StageRow[]
}

/** @returns null where there is nothing to do any more. */
const begin = ({ db, boss }: ServerContext, stageId: string): Promise<Begun | null> =>
  db.transaction().execute(async (trx) => {
    const named = await trx.selectFrom('runStages').select('runId').where('id', '=', stageId).executeTakeFirst()
    if (named === undefined) return null
    const run = await trx
      .selectFrom('trainingRuns')
      .selectAll()
      .where('id', '=', named.runId)
      .forUpdate()
      .executeTakeFirstOrThrow()
    const stages = await trx
      .selectFrom('runStages')
      .selectAll()
      .where('runId', '=', run.id)
      .orderBy('position')
      .execute()
    const stage = stages.find(({ id }) => id === stageId)
    if (stage === undefined || (stage.state !== 'queued' && stage.state !== 'running')) return null
    const inputs = stages.filter(({ state }) => state === 'done')
    const active = run.status === 'queued' || run.status === 'running'
    // Killed after it registered its model: the wish to cancel came too late.
    const left = stage.stage === 'candidate' && (await modelOf(trx, run.id)) !== undefined
    if (!active || (run.cancelRequested && !left)) {
      await trx.updateTable('runStages').set({ state: 'cancelled' }).where('id', '=', stageId).execute()
      await settle(trx, { boss }, run.id)
      return { state: 'cancelled', run, stage, inputs }
    }
    await trx.updateTable('trainingRuns').set({ status: 'running' }).where('id', '=', run.id).execute()
    await trx
      .updateTable('runStages')
      .set({
        state: 'running',
        attempts: stage.attempts + 1,
        startedAt: new Date(),
        endedAt: null,
        inputHash: inputHashOf(run, stage, inputs),
      })
      .where('id', '=', stageId)
      .execute()
    return { state: 'running', run, stage, inputs }
  })

/** Named by all that decides the result: whoever goes on here goes on with the same work. */
const folderOf = ({ folders }: ServerContext, { run, stage, inputs }: Omit<Begun, 'state'>): string =>
  join(folders.work, run.id, `${stage.stage}-${inputHashOf(run, stage, inputs).slice(0, 16)}`)

async function work(context: ServerContext, begun: Begun, signal: AbortSignal): Promise<void> {
  const { run, stage, inputs } = begun
  const { db, boss } = context
  const began = performance.now()
  const wish = watchForCancel(db, run.id)
  const progress = new StageProgress(db, run, stage)
  const folder = folderOf(context, begun)
  const stopping = AbortSignal.any([signal, wish.signal])
  try {
    const done = await handlers[stage.stage]({ context, run, stage, inputs, folder, progress, signal: stopping })
    // A wish to cancel that came after the work is done ends the run; what is done, and a model that is there, stays.
    signal.throwIfAborted()
    await progress.settled()
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    const resources = {
      seconds: (performance.now() - began) / 1000,
      ...(done.used ?? { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, maxRssMb: maxRSS / 1024 }),
      worker: `${hostname()}:${process.pid}`,
      codeVersion: await codeVersion(),
    }
    await db.transaction().execute(async (trx) => {
      await trx
        .updateTable('runStages')
        .set({
          state: 'done',
          progress: 1,
          output: JSON.stringify(done.output),
          outputHash: hashOf(done.output),
          failure: null,
          logTail: progress.logTail(),
          resources: JSON.stringify(resources),
          endedAt: new Date(),
        })
        .where('id', '=', stage.id)
        .where('state', '=', 'running')
        .execute()
      const files = Object.entries(done.output).filter(([, value]) => SHA256.test(value))
      if (files.length > 0)
        await trx
          .insertInto('runStageFiles')
          .values(files.map(([name, sha256]) => ({ stageId: stage.id, name, sha256 })))
          // A worker that was taken for dead may end it a second time.
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      await settle(trx, { boss }, run.id)
    })
    await forget(folder)
  } catch (error) {
    await progress.settled().catch(() => undefined)
    if (wish.signal.aborted || error instanceof RunCancelled) {
      await forget(folder)
      await end(context, { run, stage, state: 'cancelled', failure: null, logTail: progress.logTail() })
      return
    }
    if (signal.aborted) throw error
    await fail(context, { run, stage, error, logTail: progress.logTail() })
  } finally {
    wish.stop()
  }
}

/** Features of voices lie in it; with the last one goes the run's own folder. */
async function forget(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await rmdir(dirname(folder)).catch(() => undefined)
}

async function fail(
  context: ServerContext,
  { run, stage, error, logTail }: { run: RunRow; stage: StageRow; error: unknown; logTail: string },
): Promise<void> {
  context.log.warn({ err: error, runId: run.id, stage: stage.stage, shard: stage.shard }, 'a stage failed')
  const failure = error instanceof Error ? error.message : String(error)
  const { failures } = await context.db
    .updateTable('runStages')
    .set(({ eb }) => ({ failures: eb('failures', '+', 1), failure, logTail }))
    .where('id', '=', stage.id)
    .returning('failures')
    .executeTakeFirstOrThrow()
  // What is wrong with the request is as wrong the next time.
  const hopeless = error instanceof SpiraError || error instanceof ZodError
  if (!hopeless && failures < FAILURES_ALLOWED) throw error
  await end(context, { run, stage, state: 'failed', failure, logTail })
}

/** Ends a stage that will not be done. */
export const end = (
  { db, boss }: Pick<ServerContext, 'db' | 'boss'>,
  ended: {
    readonly run: Pick<RunRow, 'id'>
    readonly stage: Pick<StageRow, 'id'>
    readonly state: 'failed' | 'cancelled'
    readonly failure: string | null
    readonly logTail?: string
  },
): Promise<void> =>
  db.transaction().execute(async (trx) => {
    const { run, stage, state, failure, logTail } = ended
    await trx
      .updateTable('runStages')
      .set({ state, failure, endedAt: new Date(), ...(logTail === undefined ? {} : { logTail }) })
      .where('id', '=', stage.id)
      .where('state', 'in', ['queued', 'running'])
      .execute()
    await settle(trx, { boss }, run.id)
  })
