import { Tensor } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { floats } from '../gradientEngine.ts'
import { RandomStream } from '../randomStream.ts'
import { createSession } from '../runtime.ts'
import { addChannel } from './addChannel.ts'
import { attentionPool } from './attentionPool.ts'
import { averagePool } from './averagePool.ts'
import { batchNorm } from './batchNorm.ts'
import { convolution } from './convolution.ts'
import { convolution2d } from './convolution2d.ts'
import { depthwiseConvolution } from './depthwiseConvolution.ts'
import { dropout, dropoutMask } from './dropout.ts'
import { flattenTimeFirst } from './flatten.ts'
import { GraphBuilder } from './graphBuilder.ts'
import { groupNorm } from './groupNorm.ts'
import { elementCount, type Layer, type Shape } from './layer.ts'
import { layerNorm } from './layerNorm.ts'
import { linear } from './linear.ts'
import { maxPoolTime2 } from './maxPool.ts'
import { maxPoolBlocks } from './maxPoolBlocks.ts'
import { mish } from './mish.ts'
import { mishMaxPool } from './mishMaxPool.ts'
import { gradientGraph } from './networkGraphs.ts'
import { oneChannelBlock } from './oneChannelBlock.ts'
import { pointwiseConvolution } from './pointwiseConvolution.ts'
import { relu } from './relu.ts'
import { sequence } from './sequence.ts'
import { silu } from './silu.ts'
import { standardise } from './standardise.ts'
import { gradientError } from './testing/gradientError.ts'
import { layerInTraining } from './testing/layerInTraining.ts'

/** Names of layers, the layers, the shape they are fed. */
const cases: readonly [string, Layer, Shape][] = [
  ['convolution', convolution({ name: 'c', channels: 3, kernel: 3 }), [2, 9, 4]],
  ['dilated convolution', convolution({ name: 'c', channels: 3, kernel: 3, dilation: 2 }), [2, 9, 4]],
  ['convolution of one channel', convolution({ name: 'c', channels: 4, kernel: 2, dilation: 3 }), [1, 9, 4]],
  ['convolution with a kernel of 1', convolution({ name: 'c', channels: 3, kernel: 1 }), [2, 5, 3]],
  ['pointwise convolution', pointwiseConvolution({ name: 'c', channels: 4 }), [3, 5, 2]],
  ['convolution in two dimensions', convolution2d({ name: 'c', channels: 4, kernel: [3, 5] }), [2, 6, 7]],
  ['strided convolution', convolution2d({ name: 'c', channels: 4, kernel: [3, 3], stride: [2, 3] }), [2, 7, 8]],
  [
    'convolution along time, strided',
    convolution2d({ name: 'c', channels: 4, kernel: [5, 1], stride: [2, 1] }),
    [3, 9, 1],
  ],
  ['dilated in two dimensions', convolution2d({ name: 'c', channels: 4, kernel: [3, 3], dilation: [2, 3] }), [2, 7, 8]],
  [
    'dilated and strided',
    convolution2d({ name: 'c', channels: 3, kernel: [3, 3], stride: [3, 2], dilation: [2, 2] }),
    [2, 9, 8],
  ],
  ['depthwise convolution', depthwiseConvolution({ name: 'c', kernel: [5, 3] }), [3, 6, 5]],
  ['depthwise convolution along time', depthwiseConvolution({ name: 'c', kernel: [5, 1], stride: [2, 1] }), [3, 9, 1]],
  ['strided depthwise convolution', depthwiseConvolution({ name: 'c', kernel: [3, 3], stride: [2, 2] }), [4, 7, 6]],
  ['group normalisation', groupNorm({ name: 'g', groups: 2 }), [4, 5, 3]],
  ['batch normalisation', batchNorm({ name: 'b' }), [3, 5, 7]],
  ['layer normalisation', layerNorm({ name: 'n' }), [3, 5, 7]],
  ['standardising', standardise(), [5, 7]],
  ['Mish', mish(), [2, 5, 3]],
  ['SiLU', silu(), [2, 5, 3]],
  ['ReLU', relu(), [2, 5, 3]],
  ['mean of blocks', averagePool({ name: 'p', window: [2, 3] }), [2, 6, 3]],
  ['mean of blocks, with a rest', averagePool({ name: 'p', window: [2, 3] }), [2, 7, 8]],
  ['attention over time', attentionPool({ name: 'a' }), [4, 6, 1]],
  ['attention over time, of two classes', attentionPool({ name: 'a', outputs: 2 }), [4, 6, 1]],
  ['maximum of pairs, even length', maxPoolTime2('p'), [2, 6, 3]],
  ['maximum of pairs, odd length', maxPoolTime2('p'), [2, 7, 3]],
  ['maximum of blocks, with a rest', maxPoolBlocks({ name: 'p', window: [2, 3] }), [2, 7, 8]],
  ['Mish and the maximum of pairs', mishMaxPool('p'), [2, 7, 3]],
  [
    'layers one after the other',
    sequence([linear({ name: 'a', outputs: 4 }), mish(), linear({ name: 'b', outputs: 2 })]),
    [5],
  ],
  ['dropout', dropout(0.7), [2, 5, 3]],
  ['flattening', flattenTimeFirst('f'), [2, 5, 3]],
  ['linear', linear({ name: 'l', outputs: 3 }), [7]],
  ['adding a channel', addChannel(), [5, 3]],
]

describe('the gradient of each layer is the slope of its output', () => {
  test.each(cases)('%s', async (_, layer, shape) => {
    expect(await gradientError(layer, shape)).toBeLessThan(2e-3)
  })
})

const firstBlock = { convolution: 'c', norm: 'n', channels: 4, groups: 2 } as const

// An odd and an even number of outputs, bins that fill whole vectors and that do not, and no two neighbours so near that a difference
// changes which is larger.
describe.each([
  { time: 9, bins: 4, kernel: 3, drop: 0 },
  { time: 12, bins: 5, kernel: 3, drop: 0.4 },
  { time: 15, bins: 3, kernel: 3, drop: 0.7 },
  { time: 11, bins: 3, kernel: 4, drop: 0.4 },
  { time: 6, bins: 5, kernel: 1, drop: 0 },
])('a first block of $time times, $bins bins and $kernel taps, $drop dropped', ({ time, bins, kernel, drop }) => {
  const block = oneChannelBlock({ ...firstBlock, kernel, dropout: drop })

  test('has the gradients of its parameters', async () => {
    expect(await gradientError(block, [time, bins], 'not needed')).toBeLessThan(2e-3)
  })

  test.each([
    { where: 'the mean is far from zero', from: -300, to: -250, weights: 1 },
    { where: 'the variance is as small as what keeps it from zero', from: -1, to: 1, weights: 0.003 },
  ])('gives in training what its layers give, outputs and gradients, where $where', async ({ from, to, weights }) => {
    const layers = sequence([
      addChannel(),
      convolution({ name: 'c', channels: 4, kernel, dilation: 2 }),
      groupNorm({ name: 'n', groups: 2 }),
      mish(),
      maxPoolTime2('p'),
      dropout(drop),
    ])
    const input = new RandomStream(1, 'input').uniform(2 * time * bins, from, to)
    const [together, apart] = await Promise.all(
      [block, layers].map(async (layer) => {
        const { shapes, run } = await layerInTraining(layer, [time, bins], 'not needed')
        const values = Object.entries(shapes).map(([name, shape]) => {
          const scale = name.startsWith('c.') ? weights : 1
          return [name, random(name, shape).map((value) => scale * value)]
        })
        return run({ ...Object.fromEntries(values), input })
      }),
    )
    expect(Object.keys(together)).toEqual(Object.keys(apart))
    for (const [name, expected] of Object.entries(apart)) {
      const scale = Math.max(...expected.map(Math.abs))
      const error = Math.max(...expected.map((value, at) => Math.abs(value - (together[name]?.[at] ?? Number.NaN))))
      expect(error / scale, name).toBeLessThan(2e-5)
    }
  })
})

const random = (name: string, size: Shape) => new RandomStream(2, name).uniform(elementCount(size), -1, 1)

test('a fused kernel is refused where it is given anything but the features', () => {
  const block = oneChannelBlock({ ...firstBlock, kernel: 3, dropout: 0 })
  const head = [flattenTimeFirst('f'), linear({ name: 'l', outputs: 1 })]
  expect(() => gradientGraph({ input: [9, 4], layers: [block, ...head] }, 1)).not.toThrow()
  expect(() => gradientGraph({ input: [9, 4], layers: [standardise(), block, ...head] }, 1)).toThrow(
    'the features themselves',
  )
})

test('pooling gives the gradient of negative values to the larger one', async () => {
  const graph = new GraphBuilder()
  const layer = maxPoolTime2('p')
  const output = layer.forward({
    graph,
    value: graph.input('x', [1, 1, 4, 1]),
    shape: [1, 4, 1],
    parameters: [],
    training: null,
  })
  const gradients = output.backward(graph.input('slope', [1, 1, 2, 1]), 'needed')
  graph.output('pooled', output.value, [1, 1, 2, 1])
  graph.output('gradient', gradients.input ?? '', [1, 1, 4, 1])
  const session = await createSession(graph.toOnnx(), 1)
  const results = await session.run({
    x: new Tensor('float32', [-3, -1, -2, -5], [1, 1, 4, 1]),
    slope: new Tensor('float32', [10, 20], [1, 1, 2, 1]),
  })
  expect([...floats(results['pooled'])]).toEqual([-1, -2])
  expect([...floats(results['gradient'])]).toEqual([0, 10, 20, 0])
})

test('a dropout mask drops its share of all 16-bit numbers and keeps the expectation', async () => {
  const graph = new GraphBuilder()
  graph.output('mask', dropoutMask(graph, graph.input('drawn', [2 ** 16], 'uint16'), 0.7), [2 ** 16])
  const session = await createSession(graph.toOnnx(), 1)
  const everyNumber = Uint16Array.from({ length: 2 ** 16 }, (_, at) => at)
  const { mask } = await session.run({ drawn: new Tensor('uint16', everyNumber, [2 ** 16]) })
  const dropped = floats(mask).indexOf(Math.fround(1 / 0.3))
  expect(dropped / 2 ** 16).toBeCloseTo(0.7, 4)
  expect(new Set(floats(mask).subarray(0, dropped))).toEqual(new Set([0]))
  expect(new Set(floats(mask).subarray(dropped))).toEqual(new Set([Math.fround(1 / 0.3)]))
})
