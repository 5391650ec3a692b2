import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { appendAudit } from '../audit/auditLog.ts'
import { registerCandidate } from '../models/registry.ts'
import type { ServerContext } from '../server/context.ts'
import { trainModel } from '../training/trainModel.ts'
import type { TrainingRequest } from '../training/trainingRequest.ts'
import { examplesOf } from './examplesOf.ts'
import { keepArtefacts } from './runArtefacts.ts'
import { RunProgress } from './runProgress.ts'

const CANCEL_POLL_MS = 1000

/**
 * Trains what a run asks for and registers the model as a candidate. Called again for a run whose worker was killed, it goes on
 * from the last checkpoint; for one that has ended, it does nothing.
 *
 * @param signal the worker stops, or the job was given to another: the run stays as it is, for whoever takes it next.
 * @throws Error when the run could not be brought to an end here and should be tried again.
 */
export async function executeRun(context: ServerContext, runId: string, signal: AbortSignal): Promise<void> {
  await context.db.connection().execute(async (connection) => {
    // A session's lock: it ends with this process, however that ends.
    const key = sql`hashtextextended(${runId}, 0)`
    const { rows } = await sql<{ taken: boolean }>`select pg_try_advisory_lock(${key}) as taken`.execute(connection)
    if (!rows[0]?.taken) throw new Error('another worker still trains this run')
    try {
      await train(context, runId, signal)
    } finally {
      await sql`select pg_advisory_unlock(${key})`.execute(connection)
    }
  })
}

async function train(context: ServerContext, runId: string, signal: AbortSignal): Promise<void> {
  const { db, folders } = context
  const run = await db
    .updateTable('trainingRuns')
    .set({ status: 'running' })
    .where('id', '=', runId)
    .where('status', 'in', ['queued', 'running'])
    .returningAll()
    .executeTakeFirst()
  if (run === undefined) return

  const wish = watchForCancel(db, runId)
  const progress = new RunProgress(db, runId, run.epochs)
  const workFolder = join(folders.work, runId)
  try {
    const request = await requestOf(context, run, workFolder)
    const trained = await trainModel(request, {
      signal: AbortSignal.any([signal, wish.signal]),
      onProgress: (step) => progress.report(step),
    })
    await progress.settled()
    await keepArtefacts(context, runId, workFolder)
    await registerCandidate(context, { runId, datasetVersionId: run.datasetVersionId, trained })
    await end(db, runId, { status: 'succeeded', stage: 'done', progress: 1, failure: null })
  } catch (error) {
    await progress.settled()
    if (wish.signal.aborted) await end(db, runId, { status: 'cancelled', failure: null })
    else if (signal.aborted) throw error
    else {
      context.log.warn({ err: error, runId }, 'training run failed')
      // Its work folder stays, with the log.
      await end(db, runId, { status: 'failed', failure: error instanceof Error ? error.message : String(error) })
      return
    }
  } finally {
    wish.stop()
  }
  // Features of voices lie in it.
  await rm(workFolder, { recursive: true, force: true })
}

interface Ended {
  readonly status: 'succeeded' | 'failed' | 'cancelled'
  readonly failure: string | null
  readonly stage?: 'done'
  readonly progress?: 1
}

export async function end(db: ServerContext['db'], runId: string, ended: Ended): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('trainingRuns')
      .set({ ...ended, endedAt: new Date() })
      .where('id', '=', runId)
      .execute()
    const details = { status: ended.status }
    await appendAudit(trx, { actor: 'server', action: 'training-run.ended', subject: `training-run:${runId}`, details })
  })
}

async function requestOf(
  context: ServerContext,
  run: { readonly id: string; readonly datasetVersionId: string; readonly configuration: Record<string, unknown> },
  workFolder: string,
): Promise<TrainingRequest> {
  const { id, contentHash, simulated } = await context.db
    .selectFrom('datasetVersions')
    .select(['id', 'contentHash', 'simulated'])
    .where('id', '=', run.datasetVersionId)
    .executeTakeFirstOrThrow()
  // One run trains one model, and a retry must train the same: they share the id.
  return {
    runId: run.id,
    modelId: run.id,
    workFolder,
    dataset: { id, contentHash, simulated },
    examples: await examplesOf(context, id),
    experiment: run.configuration,
  }
}

function watchForCancel(db: ServerContext['db'], runId: string): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const timer = setInterval(() => {
    db.selectFrom('trainingRuns')
      .select('cancelRequested')
      .where('id', '=', runId)
      .executeTakeFirst()
      .then(
        (row) => row?.cancelRequested === true && controller.abort(),
        // A database that is away for a moment says nothing about the wish.
        () => undefined,
      )
  }, CANCEL_POLL_MS)
  return { signal: controller.signal, stop: () => clearInterval(timer) }
}
