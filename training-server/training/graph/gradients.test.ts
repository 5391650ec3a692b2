import { Tensor } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { floats } from '../gradientEngine.ts'
import { createSession } from '../runtime.ts'
import { addChannel } from './addChannel.ts'
import { attentionPool } from './attentionPool.ts'
import { averagePool } from './averagePool.ts'
import { convolution } from './convolution.ts'
import { convolution2d } from './convolution2d.ts'
import { depthwiseConvolution } from './depthwiseConvolution.ts'
import { dropout } from './dropout.ts'
import { flattenTimeFirst } from './flatten.ts'
import { GraphBuilder } from './graphBuilder.ts'
import { groupNorm } from './groupNorm.ts'
import type { Layer, Shape } from './layer.ts'
import { linear } from './linear.ts'
import { maxPoolTime2 } from './maxPool.ts'
import { mish } from './mish.ts'
import { pointwiseConvolution } from './pointwiseConvolution.ts'
import { relu } from './relu.ts'
import { silu } from './silu.ts'
import { standardise } from './standardise.ts'
import { gradientError } from './testing/gradientError.ts'

/** Names of layers, the layers, the shape they are fed. */
const cases: readonly [string, Layer, Shape][] = [
  ['convolution', convolution({ name: 'c', channels: 3, kernel: 3 }), [2, 9, 4]],
  ['dilated convolution', convolution({ name: 'c', channels: 3, kernel: 3, dilation: 2 }), [2, 9, 4]],
  ['convolution of one channel', convolution({ name: 'c', channels: 4, kernel: 2, dilation: 3 }), [1, 9, 4]],
  ['convolution with a kernel of 1', convolution({ name: 'c', channels: 3, kernel: 1 }), [2, 5, 3]],
  ['pointwise convolution', pointwiseConvolution({ name: 'c', channels: 4 }), [3, 5, 2]],
  ['convolution in two dimensions', convolution2d({ name: 'c', channels: 4, kernel: [3, 5] }), [2, 6, 7]],
  ['strided convolution', convolution2d({ name: 'c', channels: 4, kernel: [3, 3], stride: [2, 3] }), [2, 7, 8]],
  ['depthwise convolution', depthwiseConvolution({ name: 'c', kernel: [5, 3] }), [3, 6, 5]],
  ['depthwise convolution along time', depthwiseConvolution({ name: 'c', kernel: [5, 1], stride: [2, 1] }), [3, 9, 1]],
  ['strided depthwise convolution', depthwiseConvolution({ name: 'c', kernel: [3, 3], stride: [2, 2] }), [4, 7, 6]],
  ['group normalisation', groupNorm({ name: 'g', groups: 2 }), [4, 5, 3]],
  ['standardising', standardise(), [5, 7]],
  ['Mish', mish(), [2, 5, 3]],
  ['SiLU', silu(), [2, 5, 3]],
  ['ReLU', relu(), [2, 5, 3]],
  ['mean of blocks', averagePool({ name: 'p', window: [2, 3] }), [2, 6, 3]],
  ['mean of blocks, with a rest', averagePool({ name: 'p', window: [2, 3] }), [2, 7, 8]],
  ['attention over time', attentionPool({ name: 'a' }), [4, 6, 1]],
  ['maximum of pairs, even length', maxPoolTime2('p'), [2, 6, 3]],
  ['maximum of pairs, odd length', maxPoolTime2('p'), [2, 7, 3]],
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

test('pooling gives the gradient of negative values to the larger one', async () => {
  const graph = new GraphBuilder()
  const layer = maxPoolTime2('p')
  const output = layer.forward({
    graph,
    value: graph.input('x', [1, 1, 4, 1]),
    shape: [1, 4, 1],
    parameters: [],
    mask: null,
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
