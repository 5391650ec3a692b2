import type { z } from 'zod'
import {
  type RunConfiguration,
  runConfigurationSchema,
  type startRunBodySchema,
  type TrainingRun,
} from '@spira/shared/protocol/consoleApi.ts'
import type { Transaction } from 'kysely'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Database } from '../db/schema.ts'
import { requireNotWithdrawn } from '../datasets/withdrawnItems.ts'
import type { Page } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { idOf, type IdPage, toPage } from '../server/page.ts'
import { experimentSchema } from '../training/experiment.ts'
import { splitByParticipant } from '../training/split.ts'
import { networkNamed } from '../training/networks/networks.ts'
import { progressOf } from './stages/advance.ts'
import { stagesOf, type RunPlan } from './stages/plan.ts'
import { settle } from './stages/settle.ts'

/** Recordings whose features one job computes. */
const FEATURES_PART = 100

export type StartRun = Pick<z.infer<typeof startRunBodySchema>, 'datasetVersionId' | 'seed' | 'maxEpochs'> &
  Partial<Pick<z.infer<typeof startRunBodySchema>, 'network' | 'seeds' | 'folds'>> & {
    readonly startedBy: string
    /** What else of the experiment is not the default (training/experiment.ts). */
    readonly experiment?: Readonly<Record<string, unknown>>
  }

/** How wide a run over so many recordings fans out. */
export const planOf = (
  recordings: number,
  { seed, seeds, folds }: { readonly seed: number; readonly seeds: number; readonly folds: number },
): RunPlan => ({
  featureParts: Math.max(1, Math.ceil(recordings / FEATURES_PART)),
  seeds: Array.from({ length: seeds }, (_, at) => seed + at),
  folds,
})

/**
 * Starts a run: its row and its job are one commit, so there is never one without the other.
 *
 * @throws SpiraError not_found, dataset_too_small
 */
export async function startRun(
  context: Pick<ServerContext, 'db' | 'boss'>,
  { datasetVersionId, seed, maxEpochs, network, seeds = 1, folds = 0, startedBy, experiment: declared }: StartRun,
): Promise<TrainingRun> {
  const { db } = context
  const named = network === undefined ? {} : { network }
  const experiment = experimentSchema.parse({ ...declared, ...named, seed, epochs: maxEpochs })
  networkNamed(experiment.network)
  await requireNotWithdrawn(db, datasetVersionId)
  const items = await db
    .selectFrom('datasetItems')
    .select(['participantId', 'label'])
    .where('datasetVersionId', '=', datasetVersionId)
    .orderBy('recordingId')
    .execute()
  if (items.length === 0) throw new SpiraError('not_found')
  // What training would refuse is refused while somebody is there to read it.
  splitByParticipant(items, experiment.split)
  if (folds > 0) splitByParticipant(items, { ...experiment.split, heldOut: { by: 'fold', folds, fold: 1 } })

  const id = newId()
  const plan = planOf(items.length, { seed, seeds, folds })
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('trainingRuns')
      .values({
        id,
        datasetVersionId,
        status: 'queued',
        stage: 'queued',
        progress: 0,
        seed,
        network: experiment.network,
        configuration: JSON.stringify(experiment),
        epochs: '[]',
        failure: null,
        cancelRequested: false,
        startedBy,
        createdAt: new Date(),
        endedAt: null,
        plan: JSON.stringify(plan),
      })
      .execute()
    await trx
      .insertInto('runStages')
      .values(
        stagesOf(plan).map(({ stage, shard, needs }, position) => ({
          id: newId(),
          runId: id,
          position,
          stage,
          shard,
          needs: JSON.stringify(needs),
          state: 'waiting' as const,
        })),
      )
      .execute()
    await settle(trx, context, id)
    const details = { datasetVersionId, seed, maxEpochs, seeds, folds, network: experiment.network }
    await appendAudit(trx, {
      actor: `account:${startedBy}`,
      action: 'training-run.started',
      subject: `training-run:${id}`,
      details,
    })
  })
  return getRun(db, id)
}

/** The run, which nobody else changes before the transaction ends. @throws SpiraError not_found */
async function lockRun(trx: Transaction<Database>, runId: string) {
  const run = await trx
    .selectFrom('trainingRuns')
    .select(['status', 'datasetVersionId'])
    .where('id', '=', runId)
    .forUpdate()
    .executeTakeFirst()
  if (run === undefined) throw new SpiraError('not_found')
  return run
}

/** What nobody is at ends at once; what a worker is at ends within a moment, when it sees the wish. */
export async function cancelRun(
  context: Pick<ServerContext, 'db' | 'boss'>,
  runId: string,
  actor: string,
): Promise<TrainingRun> {
  const { db } = context
  await db.transaction().execute(async (trx) => {
    const run = await lockRun(trx, runId)
    if (run.status !== 'queued' && run.status !== 'running') throw new SpiraError('run_not_cancellable')
    await trx.updateTable('trainingRuns').set({ cancelRequested: true }).where('id', '=', runId).execute()
    await settle(trx, context, runId)
    await appendAudit(trx, { actor, action: 'training-run.cancelled', subject: `training-run:${runId}` })
  })
  return getRun(db, runId)
}

/** Puts the dead letters of a run back: what is done stays done. @throws SpiraError not_found, run_not_failed */
export async function retryRun(
  context: Pick<ServerContext, 'db' | 'boss'>,
  runId: string,
  actor: string,
): Promise<TrainingRun> {
  const { db } = context
  await db.transaction().execute(async (trx) => {
    const run = await lockRun(trx, runId)
    await requireNotWithdrawn(trx, run.datasetVersionId)
    const back = await trx
      .updateTable('runStages')
      .set({ state: 'waiting', failures: 0, failure: null, dismissedAt: null })
      .where('runId', '=', runId)
      .where('state', '=', 'failed')
      .returning('id')
      .execute()
    if (run.status !== 'failed' || back.length === 0) throw new SpiraError('run_not_failed')
    await trx
      .updateTable('trainingRuns')
      .set({ status: 'running', failure: null, endedAt: null })
      .where('id', '=', runId)
      .execute()
    await settle(trx, context, runId)
    await appendAudit(trx, { actor, action: 'training-run.retried', subject: `training-run:${runId}` })
  })
  return getRun(db, runId)
}

/** Takes the dead letters of a run from the list: it stays failed. @throws SpiraError not_found, run_not_failed */
export async function dismissRun(
  { db }: Pick<ServerContext, 'db'>,
  runId: string,
  { actor, reason }: { readonly actor: string; readonly reason: string },
): Promise<TrainingRun> {
  await db.transaction().execute(async (trx) => {
    const run = await lockRun(trx, runId)
    const dismissed = await trx
      .updateTable('runStages')
      .set({ dismissedAt: new Date() })
      .where('runId', '=', runId)
      .where('state', '=', 'failed')
      .where('dismissedAt', 'is', null)
      .returning(['stage', 'shard'])
      .execute()
    if (run.status !== 'failed' || dismissed.length === 0) throw new SpiraError('run_not_failed')
    const details = { reason, stages: dismissed.map(({ stage, shard }) => `${stage} ${shard}`) }
    await appendAudit(trx, { actor, action: 'training-run.dismissed', subject: `training-run:${runId}`, details })
  })
  return getRun(db, runId)
}

/** The newest first. */
export async function listRuns(db: ServerContext['db'], { cursor, limit }: IdPage): Promise<Page<TrainingRun>> {
  const rows = await selectRuns(db)
    .$if(cursor !== undefined, (all) => all.where('trainingRuns.id', '<', cursor ?? ''))
    .orderBy('trainingRuns.id', 'desc')
    .limit(limit + 1)
    .execute()
  const { items, nextCursor } = toPage(rows, limit, { toItem: (row) => row, cursorOf: idOf })
  return { items: await withStages(db, items), nextCursor }
}

/** @throws SpiraError not_found */
export async function getRun(db: ServerContext['db'], runId: string): Promise<TrainingRun> {
  const [run] = await withStages(db, await selectRuns(db).where('trainingRuns.id', '=', runId).execute())
  if (run === undefined) throw new SpiraError('not_found')
  return run
}

/** The whole experiment of a run, defaults filled in, as it was written down when it started. @throws SpiraError not_found */
export async function configurationOf(db: ServerContext['db'], runId: string): Promise<RunConfiguration> {
  const run = await db.selectFrom('trainingRuns').select('configuration').where('id', '=', runId).executeTakeFirst()
  if (run === undefined) throw new SpiraError('not_found')
  return runConfigurationSchema.parse(run.configuration)
}

const selectRuns = (db: ServerContext['db']) =>
  db
    .selectFrom('trainingRuns')
    .innerJoin('datasetVersions', 'datasetVersions.id', 'trainingRuns.datasetVersionId')
    .leftJoin('modelVersions', 'modelVersions.runId', 'trainingRuns.id')
    .select([
      'trainingRuns.id',
      'trainingRuns.datasetVersionId',
      'datasetVersions.name as datasetName',
      'trainingRuns.status',
      'stage',
      'progress',
      'seed',
      'network',
      'epochs',
      'plan',
      'failure',
      'modelVersions.modelId',
      'startedBy',
      'trainingRuns.createdAt',
      'endedAt',
    ])

type Row = Awaited<ReturnType<ReturnType<typeof selectRuns>['execute']>>[number]

/** How far a run is follows from its stages; one from before there were stages keeps what its row says. */
async function withStages(db: ServerContext['db'], rows: readonly Row[]): Promise<TrainingRun[]> {
  if (rows.length === 0) return []
  const stages = await db
    .selectFrom('runStages')
    .select(['runId', 'stage', 'shard', 'needs', 'state', 'progress'])
    .where(
      'runId',
      'in',
      rows.map(({ id }) => id),
    )
    .orderBy('position')
    .execute()
  const ofRun = Map.groupBy(stages, ({ runId }) => runId)
  return rows.map(({ plan, ...row }) => {
    const own = ofRun.get(row.id) ?? []
    const current = own.find(({ state }) => state !== 'done')
    const underWay = row.status === 'running' && current !== undefined
    return {
      ...row,
      ...(underWay ? { stage: current.stage, progress: progressOf(own) } : {}),
      models: plan.seeds.length + plan.folds,
      createdAt: row.createdAt.toISOString(),
      endedAt: row.endedAt?.toISOString() ?? null,
    }
  })
}
