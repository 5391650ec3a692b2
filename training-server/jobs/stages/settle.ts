import type { Transaction } from 'kysely'
import { fromKysely } from 'pg-boss'
import { appendAudit } from '../../audit/auditLog.ts'
import type { Database } from '../../db/schema.ts'
import type { ServerContext } from '../../server/context.ts'
import { advance } from './advance.ts'
import { keyOf } from './plan.ts'
import { STAGE_QUEUE, type StageJob } from './stageJobs.ts'

type Trx = Transaction<Database>

/**
 * Brings a run to where the states of its stages say it is: queues what is next, ends it when all is done. Within the transaction of
 * the change that made it necessary, so that there is never a state without its jobs.
 */
export async function settle(trx: Trx, { boss }: Pick<ServerContext, 'boss'>, runId: string): Promise<void> {
  // One at a time: of two stages that end together, the second sees what the first has done.
  const run = await trx
    .selectFrom('trainingRuns')
    .select(['status', 'cancelRequested'])
    .where('id', '=', runId)
    .forUpdate()
    .executeTakeFirst()
  if (run === undefined || (run.status !== 'queued' && run.status !== 'running')) return
  const stages = await trx.selectFrom('runStages').selectAll().where('runId', '=', runId).orderBy('position').execute()
  const { queue, cancel, ended } = advance(stages, run.cancelRequested ? 'cancel' : 'go on')
  const idsOf = (keys: readonly string[]) => stages.filter((one) => keys.includes(keyOf(one))).map(({ id }) => id)
  const cancelled = idsOf(cancel)
  if (cancelled.length > 0)
    await trx.updateTable('runStages').set({ state: 'cancelled' }).where('id', 'in', cancelled).execute()
  for (const stageId of idsOf(queue)) {
    await trx.updateTable('runStages').set({ state: 'queued' }).where('id', '=', stageId).execute()
    const job: StageJob = { stageId }
    await boss.send(STAGE_QUEUE, job, { db: fromKysely(trx.withoutPlugins()) })
  }
  if (ended === null) return
  const dead = stages.find(({ state }) => state === 'failed')
  await trx
    .updateTable('trainingRuns')
    .set({
      status: ended,
      endedAt: new Date(),
      ...(ended === 'succeeded' ? { stage: 'done', progress: 1 } : {}),
      ...(ended === 'failed' && dead !== undefined ? { stage: dead.stage, failure: dead.failure } : {}),
    })
    .where('id', '=', runId)
    .execute()
  await appendAudit(trx, {
    actor: 'server',
    action: 'training-run.ended',
    subject: `training-run:${runId}`,
    details: { status: ended },
  })
}
