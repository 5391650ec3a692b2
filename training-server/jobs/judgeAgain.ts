import type { TrainingRun } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { appendAudit } from '../audit/auditLog.ts'
import { requireNotWithdrawn } from '../datasets/withdrawnItems.ts'
import { decisionOn } from '../models/gate.ts'
import type { ServerContext } from '../server/context.ts'
import { settle } from './stages/settle.ts'
import { getRun } from './trainingRuns.ts'

/**
 * Has a candidate judged by the plan and beside the champion in force: the gate stage of its run, anew. What was trained and evaluated
 * stays as it is; only the champion is heard again, on the people whom the candidate was evaluated on.
 *
 * @throws SpiraError not_found, model_not_candidate, run_under_way, judged_already, dataset_withdrawn
 */
export async function judgeAgain(
  context: Pick<ServerContext, 'db' | 'boss'>,
  modelId: string,
  actor: string,
): Promise<TrainingRun> {
  const { db } = context
  const runId = await db.transaction().execute(async (trx) => {
    const model = await trx
      .selectFrom('modelVersions')
      .innerJoin('trainingRuns', 'trainingRuns.id', 'modelVersions.runId')
      .select(['runId', 'modelVersions.status', 'modelVersions.datasetVersionId', 'trainingRuns.status as runStatus'])
      .where('modelId', '=', modelId)
      .forUpdate('trainingRuns')
      .executeTakeFirst()
    if (model === undefined) throw new SpiraError('not_found')
    if (model.status !== 'candidate') throw new SpiraError('model_not_candidate', { status: model.status })
    if (model.runStatus === 'queued' || model.runStatus === 'running') throw new SpiraError('run_under_way')
    if ((await decisionOn(trx, modelId)).unfit === null) throw new SpiraError('judged_already')
    await requireNotWithdrawn(trx, model.datasetVersionId)
    const back = await trx
      .updateTable('runStages')
      .set({ state: 'waiting', progress: 0, failures: 0, failure: null, dismissedAt: null })
      .where('runId', '=', model.runId)
      .where(({ eb, or }) => or([eb('stage', '=', 'gate'), eb('state', '!=', 'done')]))
      .returning('id')
      .execute()
    // A model from elsewhere was trained by no stage of ours.
    if (back.length === 0)
      await trx
        .insertInto('runStages')
        .values({
          id: newId(),
          runId: model.runId,
          position: 0,
          stage: 'gate',
          shard: 'all',
          needs: '[]',
          state: 'waiting',
        })
        .execute()
    await trx
      .updateTable('trainingRuns')
      .set({ status: 'running', cancelRequested: false, failure: null, endedAt: null })
      .where('id', '=', model.runId)
      .execute()
    await settle(trx, context, model.runId)
    await appendAudit(trx, { actor, action: 'model.judging-asked', subject: `model:${modelId}` })
    return model.runId
  })
  return getRun(db, runId)
}
