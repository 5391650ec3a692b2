import { fromKysely } from 'pg-boss'
import type { z } from 'zod'
import type { startRunBodySchema, TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { appendAudit } from '../audit/auditLog.ts'
import { requireNotWithdrawn } from '../datasets/withdrawnItems.ts'
import type { ServerContext } from '../server/context.ts'
import { experimentSchema } from '../training/experiment.ts'
import { splitByParticipant } from '../training/split.ts'
import { TRAINING_QUEUE, type TrainingJob } from './trainingQueue.ts'

/**
 * Starts a run: its row and its job are one commit, so there is never one without the other.
 *
 * @throws SpiraError not_found, dataset_too_small
 */
export async function startRun(
  { db, boss }: ServerContext,
  { datasetVersionId, seed, maxEpochs, startedBy }: z.infer<typeof startRunBodySchema> & { readonly startedBy: string },
): Promise<TrainingRun> {
  const experiment = experimentSchema.parse({ seed, epochs: maxEpochs })
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

  const id = newId()
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
      })
      .execute()
    const job: TrainingJob = { runId: id }
    await boss.send(TRAINING_QUEUE, job, { id, db: fromKysely(trx.withoutPlugins()) })
    const details = { datasetVersionId, seed, maxEpochs }
    await appendAudit(trx, {
      actor: `account:${startedBy}`,
      action: 'training-run.started',
      subject: `training-run:${id}`,
      details,
    })
  })
  return getRun(db, id)
}

/** A run that waits ends at once; one that trains ends within a moment, when its worker sees the wish. */
export async function cancelRun({ db }: ServerContext, runId: string, actor: string): Promise<TrainingRun> {
  await db.transaction().execute(async (trx) => {
    const run = await trx
      .selectFrom('trainingRuns')
      .select('status')
      .where('id', '=', runId)
      .forUpdate()
      .executeTakeFirst()
    if (run === undefined) throw new SpiraError('not_found')
    if (run.status !== 'queued' && run.status !== 'running') throw new SpiraError('run_not_cancellable')
    const ended = run.status === 'queued' ? ({ status: 'cancelled', endedAt: new Date() } as const) : {}
    await trx
      .updateTable('trainingRuns')
      .set({ cancelRequested: true, ...ended })
      .where('id', '=', runId)
      .execute()
    await appendAudit(trx, { actor, action: 'training-run.cancelled', subject: `training-run:${runId}` })
  })
  return getRun(db, runId)
}

export async function listRuns(db: ServerContext['db']): Promise<TrainingRun[]> {
  return (await selectRuns(db).orderBy('trainingRuns.id', 'desc').limit(200).execute()).map(toRun)
}

/** @throws SpiraError not_found */
export async function getRun(db: ServerContext['db'], runId: string): Promise<TrainingRun> {
  const row = await selectRuns(db).where('trainingRuns.id', '=', runId).executeTakeFirst()
  if (row === undefined) throw new SpiraError('not_found')
  return toRun(row)
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
      'failure',
      'modelVersions.modelId',
      'startedBy',
      'trainingRuns.createdAt',
      'endedAt',
    ])

type Row = Awaited<ReturnType<ReturnType<typeof selectRuns>['execute']>>[number]
const toRun = (row: Row): TrainingRun => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
})
