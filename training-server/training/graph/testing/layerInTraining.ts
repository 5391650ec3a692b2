import { Tensor } from 'onnxruntime-node'
import { fusedFeeds } from '../../fused/fusedFeeds.ts'
import { fusedInputs, type FusedKernel } from '../../fused/fusedKernel.ts'
import { floats } from '../../gradientEngine.ts'
import { RandomStream } from '../../randomStream.ts'
import { createSession } from '../../runtime.ts'
import { dropoutMask } from '../dropout.ts'
import { wholeGradient } from '../factoredGradient.ts'
import { GraphBuilder } from '../graphBuilder.ts'
import { elementCount, type Layer, type Shape } from '../layer.ts'

export const BATCH = 2

/** Lists by the names of what they are of: `input`, `slope` (the gradient of the output) and each parameter. */
export type Values = Readonly<Record<string, Float32Array>>

function withDrawn(list: Uint16Array): Uint16Array {
  new RandomStream(7, 'drawn').drawInto(list)
  return list
}

/** A layer as the training graph has it, alone: with its kernel, where it has one, and a dropout mask from numbers that stay the same. */
export async function layerInTraining(
  layer: Layer,
  inputShape: Shape,
  inputGradient: 'needed' | 'not needed' = 'needed',
): Promise<{
  /** With the batch's axis, where there is one. */
  readonly shapes: Readonly<Record<string, Shape>>
  /** @returns `output`, `gradient input` where it was asked for, and `gradient NAME` of each parameter. */
  run(values: Values): Promise<Values>
}> {
  const specs = layer.parameters(inputShape)
  const outputShape = [BATCH, ...layer.outputShape(inputShape)]
  const shapes: Record<string, Shape> = { input: [BATCH, ...inputShape], slope: outputShape }
  for (const { name, shape } of specs) shapes[name] = shape

  const graph = new GraphBuilder()
  const fed = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, graph.input(name, shape)]))
  const fixed: Record<string, Tensor> = {}
  const kernels: FusedKernel[] = []
  const output = layer.forward({
    graph,
    value: fed['input'] ?? '',
    shape: inputShape,
    parameters: specs.map(({ name }) => fed[name] ?? ''),
    training: {
      mask(shape, dropShare) {
        const batched = [BATCH, ...shape]
        fixed['drawn'] = new Tensor('uint16', withDrawn(new Uint16Array(elementCount(batched))), batched)
        return dropoutMask(graph, graph.input('drawn', batched, 'uint16'), dropShare)
      },
      present: () => graph.weight('present', new Float32Array(BATCH).fill(1), [BATCH]),
      fused(_, kernel) {
        kernels.push(kernel)
        return fusedInputs(graph, kernel, BATCH)
      },
    },
  })
  const gradients = output.backward(fed['slope'] ?? '', inputGradient)
  graph.output('output', output.value, outputShape)
  if (inputGradient === 'needed') graph.output('gradient input', gradients.input ?? '', shapes['input'] ?? [])
  for (const [at, { name, shape }] of specs.entries())
    graph.output(`gradient ${name}`, wholeGradient(graph, gradients.parameters[at] ?? ''), shape)
  const session = await createSession(graph.toOnnx(), 1)

  const running = await Promise.all(
    kernels.map(async (kernel) => {
      const loaded = await kernel.load(BATCH)
      withDrawn(loaded.drawn)
      Object.assign(fixed, fusedFeeds(kernel, loaded, BATCH))
      return { kernel, loaded }
    }),
  )
  return {
    shapes,
    async run(values) {
      const list = (name: string) => values[name] ?? new Float32Array(0)
      for (const { kernel, loaded } of running) loaded.run(list('input'), kernel.parameters.map(list))
      const results = await session.run({
        ...fixed,
        ...Object.fromEntries(
          Object.entries(shapes).map(([name, shape]) => [name, new Tensor('float32', list(name), shape)]),
        ),
      })
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, floats(tensor)]))
    },
  }
}
