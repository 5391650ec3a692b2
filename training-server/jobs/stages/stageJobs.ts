import type { PgBoss } from 'pg-boss'

export const STAGE_QUEUE = 'run-stage'
/** Where a job goes whose workers ended again and again. */
export const ABANDONED_QUEUE = 'run-stage-abandoned'

export interface StageJob {
  readonly stageId: string
}

/**
 * A worker that is killed stops its heartbeat, and the job is given to another. What fails by itself is tried again, later each time;
 * how often, executeStage.ts decides: a killed worker says nothing against the stage.
 */
export async function ensureStageQueues(boss: PgBoss): Promise<void> {
  await boss.createQueue(ABANDONED_QUEUE)
  await boss.createQueue(STAGE_QUEUE, {
    retryLimit: 20,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
    heartbeatSeconds: 10,
    // The longest pg-boss allows.
    expireInSeconds: 24 * 3600 - 1,
    deadLetter: ABANDONED_QUEUE,
  })
}
