import { executeExport } from '../exports/executeExport.ts'
import { ensureExportQueue, EXPORT_QUEUE, type ExportJob } from '../exports/exports.ts'
import type { ServerContext } from '../server/context.ts'
import { end, executeRun } from './executeRun.ts'
import { ABANDONED_QUEUE, ensureTrainingQueues, TRAINING_QUEUE, type TrainingJob } from './trainingQueue.ts'

/** Takes jobs until it is stopped, one training run at a time: a run uses the machine. @returns how to stop. */
export async function startWorker(context: ServerContext): Promise<{ stop(): Promise<void> }> {
  const { boss, db, log } = context
  const stopping = new AbortController()
  await boss.start()
  await ensureTrainingQueues(boss)
  await boss.work<TrainingJob>(
    TRAINING_QUEUE,
    { pollingIntervalSeconds: 0.5, heartbeatRefreshSeconds: 4 },
    async (jobs) => {
      for (const { data, signal } of jobs) {
        log.info({ runId: data.runId }, 'training run taken')
        await executeRun(context, data.runId, AbortSignal.any([signal, stopping.signal]))
      }
    },
  )
  await boss.work<TrainingJob>(ABANDONED_QUEUE, async (jobs) => {
    for (const { data } of jobs) {
      const run = await db.selectFrom('trainingRuns').select('status').where('id', '=', data.runId).executeTakeFirst()
      if (run?.status !== 'queued' && run?.status !== 'running') continue
      await end(db, data.runId, {
        status: 'failed',
        failure: 'The worker ended unexpectedly too often while it trained this run. Its log says more.',
      })
    }
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
