import { executeExport } from '../exports/executeExport.ts'
import { ensureExportQueue, EXPORT_QUEUE, type ExportJob } from '../exports/exports.ts'
import type { ServerContext } from '../server/context.ts'
import { end, executeStage } from './stages/executeStage.ts'
import { ensureTriggers, pullTriggers, TRIGGER_QUEUE, type TriggerJob } from './triggers/triggers.ts'
import { ABANDONED_QUEUE, ensureStageQueues, STAGE_QUEUE, type StageJob } from './stages/stageJobs.ts'

/** Takes jobs until it is stopped, one stage of a run at a time: a stage uses a processor. @returns how to stop. */
export async function startWorker(context: ServerContext): Promise<{ stop(): Promise<void> }> {
  const { boss, db, log } = context
  const stopping = new AbortController()
  await boss.start()
  await ensureStageQueues(boss)
  await boss.work<StageJob>(STAGE_QUEUE, { pollingIntervalSeconds: 0.5, heartbeatRefreshSeconds: 3 }, async (jobs) => {
    for (const { data, signal } of jobs) {
      log.info({ stageId: data.stageId }, 'stage taken')
      await executeStage(context, data.stageId, AbortSignal.any([signal, stopping.signal]))
    }
  })
  await boss.work<StageJob>(ABANDONED_QUEUE, async (jobs) => {
    for (const { data } of jobs) {
      const stage = await db.selectFrom('runStages').selectAll().where('id', '=', data.stageId).executeTakeFirst()
      if (stage?.state !== 'queued' && stage?.state !== 'running') continue
      await end(context, {
        run: { id: stage.runId },
        stage,
        state: 'failed',
        failure: stage.failure ?? 'The worker ended unexpectedly too often at this stage. Its log says more.',
      })
    }
  })
  await ensureTriggers(context)
  await boss.work<TriggerJob>(TRIGGER_QUEUE, async (jobs) => {
    for (const { data } of jobs) await pullTriggers(context, data.triggerId)
  })
  await ensureExportQueue(boss)
  await boss.work<ExportJob>(
    EXPORT_QUEUE,
    { pollingIntervalSeconds: 0.5, heartbeatRefreshSeconds: 4 },
    async (jobs) => {
      for (const { data, signal } of jobs)
        await executeExport(context, data.exportId, AbortSignal.any([signal, stopping.signal]))
    },
  )
  return {
    stop: async () => {
      // The run is handed back at once; another worker, or this one started again, goes on with it.
      stopping.abort()
      await boss.stop({ graceful: true, timeout: 10_000 })
    },
  }
}
