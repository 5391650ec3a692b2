import { newId } from '@spira/shared/protocol/ids.ts'
import { rolloutRequestSchema } from '@spira/shared/protocol/rollouts.ts'
import { freezeDataset } from '../../training-server/datasets/freeze.ts'
import { TestDevice } from '../../training-server/ingest/testDevice.ts'
import { startRun } from '../../training-server/jobs/trainingRuns.ts'
import { approveModel } from '../../training-server/models/approve.ts'
import { registerCandidate } from '../../training-server/models/registry.ts'
import { trainedRun } from '../../training-server/models/testing/trainedRun.ts'
import { WITHOUT_SOAK } from '../../training-server/models/testing/withoutSoak.ts'
import { raiseAlerts } from '../../training-server/monitoring/alerts.ts'
import { buildServer } from '../../training-server/server/app.ts'
import type { ServerContext } from '../../training-server/server/context.ts'
import { makeLog } from '../../training-server/server/log.ts'
import { openContext } from '../../training-server/server/openContext.ts'

const HASH = 'ab'.repeat(32)

/**
 * Beside a running server of this data folder: a dataset version of 24 recordings, a champion and a model that is being rolled out,
 * scores and what monitoring says of them, a run that failed, and two short training runs that the server's worker takes up.
 */
export async function fillModelsAndRuns(data: string): Promise<void> {
  const opened = await openContext({ dataFolder: data, log: makeLog({ level: 'silent' }) })
  const { context } = opened
  const app = await buildServer(context)
  const device = await TestDevice.enrol(app, context, { simulated: true })
  const visits = []
  for (let seed = 1; seed <= 24; seed += 1)
    visits.push(await device.fileVisit({ seed, label: seed % 2 === 0 ? 'present' : 'absent' }))
  const dataset = await freezeDataset(context, { name: 'November', description: '', frozenBy: 'test' })
  const champion = await registerCandidate(context, { ...(await trainedRun(context)), datasetVersionId: dataset.id })
  const first = { approvedBy: 'ana', reason: 'the first', override: true, rollout: WITHOUT_SOAK }
  await approveModel(context, champion.modelId, first)
  const next = await registerCandidate(context, await trainedRun(context))
  const rollout = rolloutRequestSchema.parse({
    stages: [
      { sharePermille: 250, soakHours: 24 },
      { sharePermille: 1000, soakHours: 24 },
    ],
  })
  await approveModel(context, next.modelId, { approvedBy: 'ana', reason: 'hears more', override: true, rollout })
  await device.send(
    visits.map(({ recording }, at) => {
      const turn = (at * 7) % 24
      return device.event({
        type: 'assessment.made',
        payload: {
          id: newId(),
          recordingId: recording.id,
          model: { id: champion.modelId, version: champion.version, sha256: HASH },
          featureSpecHash: HASH,
          runtime: { provider: 'wasm', threads: 1 },
          threshold: 0.5,
          probability: turn / 24,
          windows: [{ startMs: 0, probability: turn / 24 }],
          decision: turn >= 12 ? 'positive' : 'negative',
          qualityVerdict: 'good',
          intendedUse: 'simulated-not-for-clinical-use',
          madeAt: new Date().toISOString(),
        },
      })
    }),
  )
  await raiseAlerts(context)
  await leaveDeadLetter(context)
  await context.boss.start()
  for (const seed of [1, 2])
    await startRun(context, { datasetVersionId: dataset.id, seed, maxEpochs: 2, network: 'compact', startedBy: 'ana' })
  await context.boss.stop({ graceful: false })
  await app.close()
  await opened.close()
}

/** Losses of six epochs. */
const curves = (worse: number) =>
  JSON.stringify(
    [1, 2, 3, 4, 5, 6].map((epoch) => ({
      epoch,
      trainLoss: 0.7 / epoch ** 0.5,
      validationLoss: 0.5 + worse + 0.25 / epoch + 0.01 * epoch,
    })),
  )

/** A run of a seed and two folds that were trained, and of which one could not be evaluated. */
async function leaveDeadLetter(context: ServerContext): Promise<void> {
  const { runId } = await trainedRun(context)
  const failure = 'The disk is full: 12 MB are left, 40 MB are needed.'
  await context.db
    .updateTable('trainingRuns')
    .set({
      status: 'failed',
      failure,
      plan: JSON.stringify({ featureParts: 1, seeds: [1], folds: 2 }),
      epochs: curves(0),
    })
    .where('id', '=', runId)
    .execute()
  const shards = ['seed 1', 'fold 1 of 2', 'fold 2 of 2']
  await context.db
    .insertInto('runStages')
    .values([
      ...shards.map((shard, position) => {
        const stage = { id: newId(), runId, position, stage: 'train' as const, shard, needs: '[]' }
        return { ...stage, state: 'done' as const, failure: null, epochs: curves(0.03 * position) }
      }),
      {
        id: newId(),
        runId,
        position: 3,
        stage: 'evaluate',
        shard: 'fold 2 of 2',
        needs: '[]',
        state: 'failed',
        failure,
        epochs: '[]',
      },
    ])
    .execute()
}
