import { expect, test, vi } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import { LOG_MEL_64 } from '@spira/shared/signal/featureSpec.ts'
import { encodeWav } from '@spira/shared/signal/wav.ts'
import { withTestDatabase } from '../db/testDatabase.ts'
import { freezeDataset } from '../datasets/freeze.ts'
import { TestDevice } from '../ingest/testDevice.ts'
import { rolloutRequestSchema } from '@spira/shared/protocol/rollouts.ts'
import { approveModel } from '../models/approve.ts'
import { listModelVersions } from '../models/modelVersions.ts'
import { WITHOUT_SOAK } from '../models/testing/withoutSoak.ts'
import { buildServer } from '../server/app.ts'
import { experimentSchema } from '../training/experiment.ts'
import { GraphBuilder } from '../training/graph/graphBuilder.ts'
import { authorManifestSchema } from '../training/imported/authorManifest.ts'
import { RandomStream } from '../training/randomStream.ts'
import { Scorer } from '../training/scorer.ts'
import { registerImported } from './importedRun.ts'
import { judgeAgain } from './judgeAgain.ts'
import { executeStage } from './stages/executeStage.ts'
import { stagesOfRun } from './stages/listStages.ts'
import { ensureStageQueues } from './stages/stageJobs.ts'
import { getRun } from './trainingRuns.ts'
import { judgedOnHoldout, versionNamed } from './versionNamed.ts'

const { context } = await withTestDatabase()

/** Somebody else's network: how loud it is, or, by a negative weight, how quiet. */
function loudness(weight: number): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder()
  const mel = graph.input('mel', ['batch', 201, 64])
  const mean = graph.op('ReduceMean', [mel, graph.ints(1, 2)], { keepdims: 0 })
  graph.output('score', graph.add(graph.mul(mean, graph.float(weight)), graph.float(1.5 * weight)), ['batch'])
  return graph.toOnnx()
}

const author = authorManifestSchema.parse({
  schema: 1,
  network: 'loudness',
  features: LOG_MEL_64,
  window: { seconds: 4, hopSeconds: 4 },
  input: { name: 'mel' },
  output: { name: 'score' },
  trainedOn: { participants: 12, recordings: 20, simulated: true, participantIds: [] },
})

test('promise 6: a model from elsewhere is held to the whole plan, on the frozen holdout and beside the champion', async () => {
  const app = await buildServer(context)
  const device = await TestDevice.enrol(app, context, { simulated: true })
  const visits = []
  for (let seed = 1; seed <= 50; seed += 1) {
    const label = seed % 2 === 0 ? 'present' : 'absent'
    const loud = label === 'present' ? 8000 + 100 * seed : 600 + 10 * seed
    const samples = Int16Array.from(new RandomStream(seed, 'person').uniform(16_000, -loud, loud))
    visits.push(await device.fileVisit({ seed, label, audio: Buffer.from(encodeWav(samples, 16_000)) }))
  }
  await freezeDataset(context, { name: 'loud and quiet', description: '', frozenBy: 'test' })
  // What the command line trains and evaluates on with --dataset: everybody, and who of them is held out for good.
  const { examples, dataset } = await versionNamed(context, 'loud and quiet')
  const inPartition = (name: string) => examples.filter(({ groups }) => groups?.['partition'] === name).length
  expect([examples.length, dataset.simulated]).toEqual([50, true])
  expect(inPartition('holdout')).toBeGreaterThan(0)
  expect(inPartition('holdout') + inPartition('development')).toBe(50)
  expect(judgedOnHoldout(experimentSchema.parse({})).split.heldOut).toMatchObject({ value: 'holdout' })
  const imported = async (weight: number, datasetName = 'loud and quiet') => {
    const given = { onnx: loudness(weight), author, golden: null, experiment: experimentSchema.parse({}) }
    const { modelId } = await registerImported(context, { ...given, datasetName })
    const model = (await listModelVersions(context)).find((one) => one.modelId === modelId)
    const missed = (model?.criteria ?? []).filter(({ passed }) => !passed).map(({ name }) => name)
    return { modelId, model, missed }
  }

  const loud = await imported(1)
  expect(loud.model).toMatchObject({ gatePlan: { championVersion: null }, metrics: { rocAuc: { value: 1 } } })
  // Loudness is the room's as much as the voice's: the plan says so of a perfect score.
  expect(loud.missed).toContain('probe')
  const twin = await imported(1)
  const by = { approvedBy: 'ana', reason: 'to compare with', override: true, rollout: WITHOUT_SOAK }
  await approveModel(context, loud.modelId, by)

  // The other was judged when there was no champion: it is compared with this one before anybody can approve it.
  const approval = { approvedBy: 'ana', reason: 'hoping', override: true }
  await expect(approveModel(context, twin.modelId, approval)).rejects.toThrow('it was judged beside no champion')
  await context.boss.start()
  await ensureStageQueues(context.boss)
  const run = await judgeAgain(context, twin.modelId, 'account:ana')
  expect(run).toMatchObject({ id: twin.modelId, status: 'running', stage: 'gate' })
  const [stage] = await stagesOfRun(context.db, run.id)
  // Stopped, it does not hear the whole holdout first.
  const heard = vi.spyOn(Scorer.prototype, 'logits')
  await expect(executeStage(context, stage.id, AbortSignal.abort())).rejects.toThrow('aborted')
  expect(heard).not.toHaveBeenCalled()
  heard.mockRestore()
  await executeStage(context, stage.id, new AbortController().signal)
  expect(await getRun(context.db, run.id)).toMatchObject({ status: 'succeeded' })
  const compared = (await listModelVersions(context)).find(({ modelId }) => modelId === twin.modelId)
  expect(compared).toMatchObject({ gateStanding: 'in-force', gatePlan: { championVersion: 1 } })
  expect(compared?.criteria.find(({ name }) => name === 'not-worse-on-holdout')).toMatchObject({ figure: { value: 0 } })

  const quiet = await imported(-1)
  expect(quiet.model?.gatePlan).toMatchObject({ championVersion: 1 })
  const worse = quiet.model?.criteria.find(({ name }) => name === 'not-worse-on-holdout')
  expect(worse).toMatchObject({ passed: false, figure: { value: -1 }, bound: -0.1, missedBy: 0.9 })
  await expect(approveModel(context, quiet.modelId, { ...approval, override: false })).rejects.toThrow(
    'not-worse-on-holdout: -1.000',
  )

  // While the twin's release is under way, who comes next is judged beside it too: it may be the champion then.
  await approveModel(context, twin.modelId, { ...by, rollout: rolloutRequestSchema.parse({}) })
  const late = await imported(-1)
  expect(late.model?.gatePlan).toMatchObject({ championVersion: 1, underWayVersion: 2 })
  const beside = late.model?.criteria.filter(({ name }) => name === 'not-worse-on-holdout')
  expect(beside).toMatchObject([
    { subject: null, missedBy: 0.9 },
    { subject: '2', missedBy: 0.9 },
  ])

  // A tenth of the champion's people have another label now: that alone stops whoever learns from it.
  for (const { label } of visits.slice(0, 5)) {
    const value = label.value === 'present' ? 'absent' : 'present'
    await device.send([device.event({ type: 'label.given', payload: { ...label, id: newId(), value } })])
  }
  await freezeDataset(context, { name: 'turned', description: '', frozenBy: 'test' })
  const { model } = await imported(1, 'turned')
  const criterion = model?.criteria.find(({ name }) => name === 'labels-turned')
  expect(criterion).toMatchObject({ passed: false, figure: { value: 0.1 }, bound: 0.05, missedBy: 0.05 })
  await app.close()
}, 120_000)
