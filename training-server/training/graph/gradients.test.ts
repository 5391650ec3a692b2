import { Tensor } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { floats } from '../gradientEngine.ts'
import { RandomStream } from '../randomStream.ts'
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
import { elementCount, type Layer, type Shape } from './layer.ts'
import { linear } from './linear.ts'
import { maxPoolTime2 } from './maxPool.ts'
import { mish } from './mish.ts'
import { pointwiseConvolution } from './pointwiseConvolution.ts'
import { relu } from './relu.ts'
import { silu } from './silu.ts'
import { standardise } from './standardise.ts'

const BATCH = 2

const random = (purpose: string, shape: Shape, from = -1, to = 1) =>
  new RandomStream(7, purpose).uniform(elementCount(shape), from, to)

/**
 * Compares a layer's backward nodes with central differences of its forward nodes, for its input and each parameter: the loss is
 * the inner product of the output with fixed random numbers, and each difference is taken along a random direction, so that float32
 * rounding stays far below the slope.
 */
async function gradientError(layer: Layer, inputShape: Shape): Promise<number> {
  const specs = layer.parameters(inputShape)
  const shapes: Record<string, Shape> = { input: [BATCH, ...inputShape] }
  for (const { name, shape } of specs) shapes[name] = shape
  const outputShape = [BATCH, ...layer.outputShape(inputShape)]

  const graph = new GraphBuilder()
  const fed = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, graph.input(name, shape)]))
  const slope = graph.input('slope', outputShape)
  const output = layer.forward({
    graph,
    value: fed['input'] ?? '',
    shape: inputShape,
    parameters: specs.map(({ name }) => fed[name] ?? ''),
    mask: (shape) => {
      shapes['mask'] = [BATCH, ...shape]
      return graph.input('mask', [BATCH, ...shape])
    },
  })
  const gradients = output.backward(slope, 'needed')
  graph.output('output', output.value, outputShape)
  graph.output('gradient input', gradients.input ?? '', shapes['input'] ?? [])
  for (const [at, { name, shape }] of specs.entries())
    graph.output(`gradient ${name}`, gradients.parameters[at] ?? '', shape)
  const session = await createSession(graph.toOnnx(), 1)

  const values = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, random(name, shape)]))
  if (values['mask']) values['mask'] = values['mask'].map((value) => (value < 0.2 ? 0 : 1 / 0.3))
  const slopes = random('slope', outputShape)
  const run = (at: Readonly<Record<string, Float32Array>>) =>
    session.run({
      ...Object.fromEntries(
        Object.entries(at).map(([name, list]) => [name, new Tensor('float32', list, shapes[name] ?? [])]),
      ),
      slope: new Tensor('float32', slopes, outputShape),
    })
  const loss = async (at: Readonly<Record<string, Float32Array>>) =>
    floats((await run(at))['output']).reduce((sum, value, index) => sum + value * (slopes[index] ?? 0), 0)

  const results = await run(values)
  let worst = 0
  for (const name of ['input', ...specs.map((spec) => spec.name)]) {
    const gradient = floats(results[`gradient ${name}`])
    // Along the gradient itself where it is, so that the slope is largest, with some randomness so that every element counts.
    const noise = random(`direction ${name}`, shapes[name] ?? [])
    const scale = Math.max(...gradient.map(Math.abs))
    const direction = gradient.map((value, index) => value / scale + 0.5 * (noise[index] ?? 0))
    const moved = (epsilon: number) => ({
      ...values,
      [name]: values[name].map((value, index) => value + epsilon * (direction[index] ?? 0)),
    })
    const epsilon = 1e-3
    const measured = ((await loss(moved(epsilon))) - (await loss(moved(-epsilon)))) / (2 * epsilon)
    const computed = gradient.reduce((sum, value, index) => sum + value * (direction[index] ?? 0), 0)
    worst = Math.max(worst, Math.abs(measured - computed) / Math.abs(computed))
  }
  return worst
}

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
