import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { experimentSchema } from './experiment.ts'
import { followedRanges } from './flatParameters.ts'
import { forwardGraph, parametersOf } from './graph/networkGraphs.ts'
import { compactBatchNorm } from './networks/compactBatchNorm.ts'
import { RandomStream } from './randomStream.ts'
import { Scorer } from './scorer.ts'
import { trainingLoop, type LabelledWindow } from './trainingLoop.ts'
import { WindowStore } from './windowStore.ts'

const [FRAMES, BINS] = [41, 24]
/** Class 1 rises through the bins. */
const window = (at: number, label: 0 | 1) =>
  new RandomStream(at, 'window').uniform(FRAMES * BINS, -1, 1).map((value, bin) => value + label * 0.2 * (bin % BINS))

let folder: string
let store: WindowStore
let train: LabelledWindow[]
let validation: LabelledWindow[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-loop-'))
  store = new WindowStore(join(folder, 'windows.f32'), FRAMES * BINS)
  const labelled = (from: number, labels: readonly (0 | 1)[]) =>
    labels.map((label, at): LabelledWindow => ({ versions: [store.append(window(from + at, label))], label }))
  // Twice as many of class 0, which class weights make up for; the last batch is partial.
  train = labelled(0, [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1])
  validation = labelled(100, [0, 1, 0, 1])
})
afterAll(async () => {
  store.close()
  await rm(folder, { recursive: true })
})

const stack = compactBatchNorm.build({ dropout: 0.2, frames: FRAMES, bins: BINS, outputs: 2 })
const trained = (name: string, epochs: number) =>
  trainingLoop({
    stack,
    experiment: experimentSchema.parse({
      network: 'compact-batch-norm',
      loss: 'softmax-cross-entropy',
      classWeights: 'balanced',
      labelSmoothing: 0.05,
      epochs,
      patience: 100,
      batchSize: 8,
      optimiser: { kind: 'adamw', learningRate: 5e-3, weightDecay: 0.05 },
      augmentation: { mixup: { alpha: 0.2 } },
    }),
    windows: store,
    train,
    validation,
    checkpointPath: join(folder, `${name}.bin`),
    requestHash: 'of this request',
    onEpoch() {},
  })

test(
  'promise 7: batch normalisation and a softmax of two classes learn, and a run taken up again ends with the same bytes',
  { timeout: 240_000 },
  async () => {
    const whole = await trained('whole', 20)
    await trained('stopped', 10)
    const resumed = await trained('stopped', 20)
    expect(resumed.history).toEqual(whole.history)
    expect(Buffer.from(resumed.parameters.buffer).equals(Buffer.from(whole.parameters.buffer))).toBe(true)

    const losses = whole.history.map(({ validationLoss }) => validationLoss)
    expect(Math.min(...losses)).toBeLessThan(losses[0] / 2)
    const statistics = followedRanges(parametersOf(stack)).map(([from, to]) => whole.parameters.subarray(from, to))
    expect(statistics).toHaveLength(10)
    for (const [at, values] of statistics.entries())
      expect(values.every((value) => value !== at % 2 && (at % 2 === 0 || value > 0))).toBe(true)

    // One logit a window, as of every network: the sign tells the class.
    const scorer = await Scorer.create(forwardGraph(stack, whole.parameters), { shape: stack.input, threads: 1 })
    for (const { versions, label } of validation) {
      const features = new Float32Array(FRAMES * BINS)
      store.read([...versions], features)
      const [logit] = await scorer.logits(features, 1)
      expect(Math.sign(logit)).toBe(label === 1 ? 1 : -1)
    }
  },
)
