import { Tensor } from 'onnxruntime-node'
import { floats } from '../../gradientEngine.ts'
import { RandomStream } from '../../randomStream.ts'
import { createSession } from '../../runtime.ts'
import { wholeGradient } from '../factoredGradient.ts'
import { GraphBuilder } from '../graphBuilder.ts'
import { elementCount, type Layer, type Shape } from '../layer.ts'

const BATCH = 2

const random = (purpose: string, shape: Shape, from = -1, to = 1) =>
  new RandomStream(7, purpose).uniform(elementCount(shape), from, to)

/**
 * Compares a layer's backward nodes with central differences of its forward nodes, for its input and each trained parameter: the loss is
 * the inner product of the output with fixed random numbers, and each difference is taken along a random direction, so that float32
 * rounding stays far below the slope.
 */
export async function gradientError(
  layer: Layer,
  inputShape: Shape,
  inputGradient: 'needed' | 'not needed' = 'needed',
): Promise<number> {
  const specs = layer.parameters(inputShape)
  const trained = specs.filter(({ followed }) => followed === undefined)
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
    training: {
      mask: (shape) => {
        shapes['mask'] = [BATCH, ...shape]
        return graph.input('mask', [BATCH, ...shape])
      },
      present: () => graph.weight('present', new Float32Array(BATCH).fill(1), [BATCH]),
    },
  })
  const gradients = output.backward(slope, inputGradient)
  graph.output('output', output.value, outputShape)
  if (inputGradient === 'needed') graph.output('gradient input', gradients.input ?? '', shapes['input'] ?? [])
  for (const [at, { name, shape }] of specs.entries())
    graph.output(`gradient ${name}`, wholeGradient(graph, gradients.parameters[at] ?? ''), shape)
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
  const differentiated = inputGradient === 'needed' ? ['input'] : []
  for (const name of [...differentiated, ...trained.map((spec) => spec.name)]) {
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
