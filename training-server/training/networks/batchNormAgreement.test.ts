import { expect, test } from 'vitest'
import torch from '../fixtures/torch-batch-norm/batchNorm.json' with { type: 'json' }
import { followedRanges } from '../flatParameters.ts'
import { GradientEngine, type MicroBatch } from '../gradientEngine.ts'
import { addChannel } from '../graph/addChannel.ts'
import { batchNorm } from '../graph/batchNorm.ts'
import { convolution2d } from '../graph/convolution2d.ts'
import { flattenTimeFirst } from '../graph/flatten.ts'
import { elementCount } from '../graph/layer.ts'
import { linear } from '../graph/linear.ts'
import { forwardGraph, parametersOf, type LayerStack } from '../graph/networkGraphs.ts'
import { silu } from '../graph/silu.ts'
import { freshState, Optimiser } from '../optimiser.ts'
import { Scorer } from '../scorer.ts'

/** The network of make.py: a convolution, batch normalisation, SiLU and two logits. */
const { frames, bins, labels, classWeights } = torch
const stack: LayerStack = {
  input: [frames, bins],
  layers: [
    addChannel(),
    convolution2d({ name: 'convolution', channels: 4, kernel: [3, 3] }),
    batchNorm({ name: 'norm' }),
    silu(),
    flattenTimeFirst('flatten'),
    linear({ name: 'linear', outputs: 2 }),
  ],
}
const specs = parametersOf(stack)
const trained = specs.filter(({ followed }) => followed === undefined)
const [BATCH, MICRO_BATCH] = [labels.length, 3]
const size = frames * bins

/** The formulas of make.py. */
const weights = Float32Array.from(
  specs.flatMap((spec) => {
    const index = trained.indexOf(spec)
    return Array.from({ length: elementCount(spec.shape) }, (_, at) => {
      if (spec.initial.kind === 'constant' && spec.followed !== undefined) return spec.initial.value
      const wave = Math.sin(12.9898 * (at + 1) + 78.233 * index)
      return spec.name === 'norm.weight' ? 1 + 0.5 * wave : 0.3 * wave
    })
  }),
)
const features = Float32Array.from({ length: BATCH * size }, (_, at) => -20 + 5 * Math.sin(0.731 * at ** 1.01))

const filled = (values: Float32Array | number[], length: number): Float32Array => {
  const list = new Float32Array(length)
  list.set(values)
  return list
}

/** Three samples, then two and a filling one that must count nowhere. */
const microBatches = [0, MICRO_BATCH].map((from): MicroBatch => {
  const there = Math.min(MICRO_BATCH, BATCH - from)
  return {
    features: filled(features.subarray(from * size, (from + there) * size), MICRO_BATCH * size),
    labels: filled(labels.slice(from, from + there).flat(), MICRO_BATCH * 2),
    sampleWeights: filled(
      Array.from({ length: there }, () => 1 / BATCH),
      MICRO_BATCH,
    ),
  }
})

const computed = async (parameters: Float32Array) => {
  const engine = await GradientEngine.create(stack, parameters, { microBatch: MICRO_BATCH, threads: 1, classWeights })
  return engine.compute(microBatches, () => {})
}

test('batch normalisation over micro-batches and a softmax of two classes give PyTorch’s loss, logits and gradients', async () => {
  const { loss, logits, gradients } = await computed(weights)
  expect(loss).toBeCloseTo(torch.loss, 5)
  for (const [at, logit] of torch.logits.entries()) expect(Math.abs(logits[at] - logit)).toBeLessThan(1e-5)

  let offset = 0
  for (const spec of specs) {
    const end = offset + elementCount(spec.shape)
    const own = gradients.subarray(offset, end)
    offset = end
    if (spec.followed !== undefined) continue
    const expected = torch.gradients[trained.indexOf(spec)]
    const alongCosine = own.reduce((sum, value, at) => sum + value * Math.cos(at), 0)
    expect(Math.abs(Math.hypot(...own) - expected.length) / expected.length, spec.name).toBeLessThan(2e-5)
    expect(Math.abs(alongCosine - expected.alongCosine) / expected.length, spec.name).toBeLessThan(2e-5)
  }
})

test('its running statistics move as PyTorch’s, whatever the optimiser does to weights, and are what inference uses', async () => {
  const followed = followedRanges(specs)
  // A learning rate of 0 and every decay: only what is followed moves.
  const optimiser = await Optimiser.create(freshState(weights), {
    kind: 'adamw',
    weightDecay: 0.5,
    threads: 1,
    followed,
  })
  const { gradients } = await computed(weights)
  await optimiser.step(gradients, 0, 1)
  const { parameters, firstMoment, secondMoment } = optimiser.state
  for (const [range, expected] of [torch.runningMean, torch.runningVariance].entries()) {
    const [from] = followed[range] ?? []
    for (const [at, value] of expected.entries()) {
      const index = (from ?? Number.NaN) + at
      expect(Math.abs(parameters[index] - value) / Math.abs(value)).toBeLessThan(1e-5)
      expect([firstMoment[index], secondMoment[index]]).toEqual([0, 0])
    }
  }
  const scorer = await Scorer.create(forwardGraph(stack, parameters), { shape: stack.input, threads: 1 })
  const logits = await scorer.logits(features, BATCH)
  for (const [at, logit] of torch.inferenceLogits.entries()) expect(Math.abs(logits[at] - logit)).toBeLessThan(1e-5)
})
