import { fusedInputs, type FusedKernel } from '../fused/fusedKernel.ts'
import { binaryCrossEntropy } from './binaryCrossEntropy.ts'
import { dropoutMask } from './dropout.ts'
import { keptFactors, wholeGradient } from './factoredGradient.ts'
import { GraphBuilder, type Value } from './graphBuilder.ts'
import {
  elementCount,
  type Layer,
  type LayerOutput,
  type ParameterSpec,
  type Shape,
  type TrainingInputs,
} from './layer.ts'
import { softmaxCrossEntropy } from './softmaxCrossEntropy.ts'

/**
 * Layers with the shape of what they are fed: all that is needed to write graphs. The last layer gives one number, the logit, or one of
 * each class, whose softmax is trained.
 */
export interface LayerStack {
  readonly input: Shape
  readonly layers: readonly Layer[]
  /** Samples in a micro-batch, where statistics over them are part of what the network is; where left out, the engine chooses. */
  readonly microBatch?: number
}

/** Uniform 16-bit numbers that the training graph is fed at each step, from which a dropout mask follows. */
export interface DrawnSpec {
  readonly name: string
  readonly shape: Shape
}

/** Parameters in the order in which they lie, one after the other, in the flat list that is trained and stored. */
export function parametersOf({ input, layers }: LayerStack): readonly ParameterSpec[] {
  let shape = input
  return layers.flatMap((layer) => {
    const own = layer.parameters(shape)
    shape = layer.outputShape(shape)
    return own
  })
}

/** How many numbers the last layer gives of a sample. */
export const outputCount = ({ input, layers }: LayerStack): number =>
  elementCount(layers.reduce((shape, layer) => layer.outputShape(shape), input))

export const parameterCount = (stack: LayerStack): number =>
  parametersOf(stack).reduce((sum, { shape }) => sum + elementCount(shape), 0)

/**
 * The network for inference: input `features` [batch, ...input], output `logit` [batch], any batch; beside it what layers give
 * apart, such as `relevance`. Of two classes the logit is the second's less the first's: its sigmoid is the second's softmax.
 *
 * @param weights all parameters as one flat list, stored in the file; or 'fed', and they are inputs named as the parameters,
 * so that one session serves every epoch's weights.
 */
export function forwardGraph(
  stack: LayerStack,
  weights: Float32Array | 'fed',
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder()
  let value = graph.input('features', ['batch', ...stack.input])
  let shape = stack.input
  let offset = 0
  for (const layer of stack.layers) {
    const parameters = layer.parameters(shape).map((spec) => {
      if (weights === 'fed') return graph.input(spec.name, spec.shape)
      const end = offset + elementCount(spec.shape)
      const stored = graph.weight(spec.name, weights.subarray(offset, end), spec.shape)
      offset = end
      return stored
    })
    const output = layer.forward({ graph, value, shape, parameters, training: null })
    for (const side of output.sideOutputs ?? []) graph.output(side.name, side.value, ['batch', ...side.shape])
    value = output.value
    shape = layer.outputShape(shape)
  }
  const outputs = elementCount(shape)
  if (outputs > 2) throw new RangeError(`A score tells two classes apart; this network gives ${outputs} numbers.`)
  const logit = outputs === 1 ? value : graph.sub(graph.slice(value, 1, 1, 2), graph.slice(value, 1, 0, 1))
  graph.output('logit', graph.reshape(logit, -1), ['batch'])
  return graph.toOnnx(metadata)
}

/** What gives the gradients of a micro-batch. */
export interface GradientGraph {
  readonly onnx: Uint8Array<ArrayBuffer>
  /** Of the first layer; null where it has none. The numbers it is given are drawn before those of the graph. */
  readonly kernel: FusedKernel | null
  readonly drawn: readonly DrawnSpec[]
  readonly factored: readonly ParameterSpec[]
}

/**
 * Forward and backward of one micro-batch of fixed size, as one graph.
 *
 * Inputs: `features` [batch, ...input], `labels` and `sampleWeights` [batch], every parameter by its name, drawn numbers by their
 * name [batch, ...shape], where the first layer has a kernel its results NAME as `fused.NAME` [batch, ...shape] (then nothing here reads the
 * features), and `sum.NAME`, the gradient so far, to which this micro-batch's is added. Outputs: `loss` (scalar), `logit` [batch], and `gradient.NAME` for every parameter; of one that is followed, how far it has moved. Of the parameters returned as
 * `factored` there is neither sum nor gradient, but `left.NAME` [batch, rows] and `right.NAME` [batch, columns] of this micro-batch alone.
 *
 * A network that gives a number of each class has `labels` and `logit` [batch, classes], and an input `classWeights` [classes].
 */
export function gradientGraph(stack: LayerStack, batch: number): GradientGraph {
  const graph = new GraphBuilder()
  const drawn: DrawnSpec[] = []
  const factored: ParameterSpec[] = []
  const features = graph.input('features', [batch, ...stack.input])
  let value = features
  const outputs = outputCount(stack)
  const perOutput = outputs === 1 ? [batch] : [batch, outputs]
  const labels = graph.input('labels', perOutput)
  const weights = graph.input('sampleWeights', [batch])
  let present: Value | null = null
  let kernel: FusedKernel | null = null
  const training: TrainingInputs = {
    mask(maskShape, dropShare) {
      const name = `drawn.${drawn.length}`
      drawn.push({ name, shape: maskShape })
      return dropoutMask(graph, graph.input(name, [batch, ...maskShape], 'uint16'), dropShare)
    },
    present: () => (present ??= graph.op('Sign', [weights])),
    fused(given, own) {
      if (given !== features)
        throw new RangeError('A fused kernel is for the first layer: it is given the features themselves.')
      kernel = own
      return fusedInputs(graph, own, batch)
    },
  }
  let shape = stack.input
  const passes: { output: LayerOutput; specs: readonly ParameterSpec[] }[] = []
  for (const layer of stack.layers) {
    const specs = layer.parameters(shape)
    const output = layer.forward({
      graph,
      value,
      shape,
      parameters: specs.map((spec) => graph.input(spec.name, spec.shape)),
      training,
    })
    passes.push({ output, specs })
    value = output.value
    shape = layer.outputShape(shape)
  }

  const logits = outputs === 1 ? graph.reshape(value, -1) : value
  const { loss, gradient } =
    outputs === 1
      ? binaryCrossEntropy(graph, { logits, labels, weights })
      : softmaxCrossEntropy(graph, { logits, labels, weights, classWeights: graph.input('classWeights', [outputs]) })
  graph.output('loss', loss, [])
  graph.output('logit', logits, perOutput)

  // The first layer with parameters needs no gradient of its input, nor does anything before it.
  const firstTrained = passes.findIndex(({ specs }) => specs.length > 0)
  let flowing: Value | null = graph.reshape(gradient, batch, outputs)
  for (let index = passes.length - 1; index >= firstTrained; index -= 1) {
    const pass = passes[index]
    if (pass === undefined || flowing === null) break
    const gradients = pass.output.backward(flowing, index > firstTrained ? 'needed' : 'not needed')
    for (const [at, spec] of pass.specs.entries()) {
      const gradientOf = gradients.parameters[at] ?? ''
      const factors = keptFactors(gradientOf, spec)
      if (factors !== null) {
        const [rows, columns] = spec.shape
        graph.output(`left.${spec.name}`, factors.left, [batch, rows])
        graph.output(`right.${spec.name}`, factors.right, [batch, columns])
        factored.push(spec)
        continue
      }
      const soFar = graph.input(`sum.${spec.name}`, spec.shape)
      const own = wholeGradient(graph, gradientOf)
      const next =
        spec.followed === undefined
          ? graph.add(soFar, own)
          : movedOn(graph, soFar, { ...spec.followed, measured: own, value: spec.name })
      graph.output(`gradient.${spec.name}`, next, spec.shape)
    }
    flowing = gradients.input
  }
  return { onnx: graph.toOnnx(), kernel, drawn, factored }
}

/** How far a followed parameter has moved from the value that is fed, after one more micro-batch: (1 - m) moved + m (measured - value). */
function movedOn(
  graph: GraphBuilder,
  moved: Value,
  { momentum, measured, value }: { momentum: number; measured: Value; value: Value },
): Value {
  const kept = graph.mul(moved, graph.float(1 - momentum))
  return graph.add(kept, graph.mul(graph.sub(measured, value), graph.float(momentum)))
}
