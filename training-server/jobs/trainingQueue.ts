import type { PgBoss } from 'pg-boss'

export const TRAINING_QUEUE = 'training-run'
/** Where a job goes whose workers ended again and again. */
export const ABANDONED_QUEUE = 'training-run-abandoned'

export interface TrainingJob {
  readonly runId: string
}

/**
 * A worker that is killed stops its heartbeat, and the job is given to another, which goes on from the last checkpoint. A
 * run that fails by itself is not tried again: it would fail again.
 */
export async function ensureTrainingQueues(boss: PgBoss): Promise<void> {
  await boss.createQueue(ABANDONED_QUEUE)
  await boss.createQueue(TRAINING_QUEUE, {
    retryLimit: 20,
    retryDelay: 2,
    heartbeatSeconds: 15,
    // The longest pg-boss allows.
    expireInSeconds: 24 * 3600 - 1,
    deadLetter: ABANDONED_QUEUE,
  })
}
