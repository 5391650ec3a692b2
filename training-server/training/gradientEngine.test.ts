import { describe, expect, test } from 'vitest'
import { initialParameters } from './flatParameters.ts'
import { GradientEngine, type MicroBatch } from './gradientEngine.ts'
import { addChannel } from './graph/addChannel.ts'
import { convolution } from './graph/convolution.ts'
import { dropout } from './graph/dropout.ts'
import { flattenTimeFirst } from './graph/flatten.ts'
import { groupNorm } from './graph/groupNorm.ts'
import type { Layer } from './graph/layer.ts'
import { linear } from './graph/linear.ts'
import { maxPoolTime2 } from './graph/maxPool.ts'
import { mish } from './graph/mish.ts'
import { oneChannelBlock } from './graph/oneChannelBlock.ts'
import { gradientGraph, parametersOf, type LayerStack } from './graph/networkGraphs.ts'
import { RandomStream } from './randomStream.ts'

const [INPUTS, SAMPLES, MICRO_BATCH] = [150, 11, 3]
/** The first weight is kept as factors, the second is too small. */
const stack: LayerStack = {
  input: [INPUTS],
  layers: [linear({ name: 'wide', outputs: 60 }), mish(), linear({ name: 'last', outputs: 1 })],
}
const parameters = initialParameters(parametersOf(stack), 1)
const features = new RandomStream(1, 'features').uniform(SAMPLES * INPUTS, -2, 2)
const labels = Float32Array.from({ length: SAMPLES }, (_, at) => at % 2)

/** Samples [from, to) in micro-batches, the last one filled with what must count nowhere. */
function batchOf(from: number, to: number): MicroBatch[] {
  const filled = (values: Float32Array, size: number, filling: number) => {
    const list = new Float32Array(MICRO_BATCH * size).fill(filling)
    list.set(values)
    return list
  }
  return Array.from({ length: Math.ceil((to - from) / MICRO_BATCH) }, (_, index) => {
    const [first, end] = [from + index * MICRO_BATCH, Math.min(from + (index + 1) * MICRO_BATCH, to)]
    return {
      features: filled(features.subarray(first * INPUTS, end * INPUTS), INPUTS, 7),
      labels: filled(labels.subarray(first, end), 1, 1),
      sampleWeights: filled(new Float32Array(end - first).fill(1 / SAMPLES), 1, 0),
    }
  })
}

const engineOf = () => GradientEngine.create(stack, parameters, { microBatch: MICRO_BATCH, threads: 1 })

test('the gradient of a batch is the sum of its samples’, also of a weight that is kept as factors', async () => {
  expect(gradientGraph(stack, MICRO_BATCH).factored.map(({ name }) => name)).toEqual(['wide.weight'])
  const single = await engineOf()
  const expected = new Float64Array(parameters.length)
  for (let at = 0; at < SAMPLES; at += 1) {
    const { gradients } = await single.compute(batchOf(at, at + 1), () => {})
    for (const [index, value] of gradients.entries()) expected[index] += value
  }
  const { gradients } = await (await engineOf()).compute(batchOf(0, SAMPLES), () => {})
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  expect(largest).toBeGreaterThan(0.01)
  for (const [index, value] of expected.entries())
    expect(Math.abs(gradients[index] - value) / largest).toBeLessThan(2e-6)
})

test('a short batch after a long one has the gradient it has alone', async () => {
  const engine = await engineOf()
  await engine.compute(batchOf(0, SAMPLES), () => {})
  const { gradients } = await engine.compute(batchOf(2, 6), () => {})
  expect(gradients).toEqual((await (await engineOf()).compute(batchOf(2, 6), () => {})).gradients)
})

test('the gradient is the slope of the loss', async () => {
  const engine = await engineOf()
  const lossAt = async (moved: Float32Array) => {
    const other = await GradientEngine.create(stack, moved, { microBatch: MICRO_BATCH, threads: 1 })
    return (await other.compute(batchOf(0, SAMPLES), () => {})).loss
  }
  const gradients = (await engine.compute(batchOf(0, SAMPLES), () => {})).gradients.slice()
  const length = Math.hypot(...gradients)
  const along = (distance: number) => parameters.map((value, at) => value + (distance * gradients[at]) / length)
  const slope = ((await lossAt(along(1e-2))) - (await lossAt(along(-1e-2)))) / 2e-2
  expect(Math.abs(slope - length) / length).toBeLessThan(2e-3)
})

describe('an engine whose first block is a fused kernel', () => {
  const [TIME, BINS, MICRO] = [15, 3, 2]
  const drop = 0.4
  const convolved = { channels: 4, kernel: 3 } as const
  const rest: readonly Layer[] = [
    convolution({ name: 'd', channels: 2, kernel: 2 }),
    mish(),
    dropout(drop),
    flattenTimeFirst('f'),
    linear({ name: 'last', outputs: 1 }),
  ]
  const fused = [oneChannelBlock({ ...convolved, convolution: 'c', norm: 'n', groups: 2, dropout: drop }), ...rest]
  const apart = [
    addChannel(),
    convolution({ ...convolved, name: 'c', dilation: 2 }),
    groupNorm({ name: 'n', groups: 2 }),
    mish(),
    maxPoolTime2('p'),
    dropout(drop),
    ...rest,
  ]

  test('gives what its layers give: every micro-batch its own features and its own drawn numbers, the last one partial', async () => {
    const [together, expected] = await Promise.all(
      [fused, apart].map(async (layers) => {
        const one: LayerStack = { input: [TIME, BINS], layers }
        const engine = await GradientEngine.create(one, initialParameters(parametersOf(one), 1), {
          microBatch: MICRO,
          threads: 1,
        })
        const random = new RandomStream(1, 'masks')
        const batch = [0, 1, 2].map((at) => ({
          features: new RandomStream(at, 'features').uniform(MICRO * TIME * BINS, -3, 3),
          labels: Float32Array.of(1, 0),
          sampleWeights: Float32Array.of(0.2, at === 2 ? 0 : 0.2),
        }))
        return engine.compute(batch, () => {
          for (const list of engine.drawn) random.drawInto(list)
        })
      }),
    )
    expect(together.loss).toBeCloseTo(expected.loss, 6)
    expect(together.logits.length).toBe(3 * MICRO)
    for (const [at, logit] of expected.logits.entries()) expect(together.logits[at]).toBeCloseTo(logit, 5)
    expect(Math.max(...expected.gradients)).toBeGreaterThan(0.01)
    for (const [at, value] of expected.gradients.entries()) expect(together.gradients[at]).toBeCloseTo(value, 5)
  })
})
