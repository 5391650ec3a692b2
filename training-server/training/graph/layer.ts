import type { FusedKernel } from '../fused/fusedKernel.ts'
import type { GraphBuilder, Value } from './graphBuilder.ts'

/** Sizes of one sample, without the batch axis, which is always the first. */
export type Shape = readonly number[]

export interface ParameterSpec {
  readonly name: string
  readonly shape: Shape
  /** Uniform in [-bound, bound], or one value everywhere. */
  readonly initial:
    | { readonly kind: 'uniform'; readonly bound: number }
    | { readonly kind: 'constant'; readonly value: number }
  /**
   * Not trained but followed: `backward` gives what this micro-batch measured in place of a gradient, and the value moves towards it by this
   * share, one micro-batch after the other.
   */
  readonly followed?: { readonly momentum: number }
}

/** What only the training graph has. */
export interface TrainingInputs {
  /** Where dropout takes its mask from: an input fed at every step. */
  mask(shape: Shape, dropShare: number): Value
  /** [batch] 1 for each sample, 0 for those that only fill up a partial micro-batch: what is measured over samples leaves them out. */
  present(): Value
  /**
   * The results of a kernel that runs before the graph, by their names.
   *
   * @param value what the layer is given: the features themselves, for a kernel knows no other values.
   */
  fused<Name extends string>(value: Value, kernel: FusedKernel<Name>): Readonly<Record<Name, Value>>
}

/** What a layer is given to write its forward nodes. */
export interface LayerInput {
  readonly graph: GraphBuilder
  readonly value: Value
  readonly shape: Shape
  /** The layer's parameters, in the order of `parameters()`. */
  readonly parameters: readonly Value[]
  /** Null at inference. */
  readonly training: TrainingInputs | null
}

/**
 * A gradient [rows, columns] as the product of two factors with a row for each sample, transposed(left) x right. Factors of many
 * micro-batches, one after the other, give the gradient of them all in one product.
 */
export interface FactoredGradient {
  /** [batch, rows] */
  readonly left: Value
  /** [batch, columns] */
  readonly right: Value
}

/** A parameter's gradient, whole or as factors. */
export type ParameterGradient = Value | FactoredGradient

export interface Gradients {
  /** Gradient of the loss with respect to the layer's input; absent when it was not asked for. */
  readonly input: Value | null
  /** One for each parameter, in the same order; of one that is followed, what was measured. */
  readonly parameters: readonly ParameterGradient[]
}

export interface LayerOutput {
  readonly value: Value
  /** What inference gives beside the logit, [batch, ...shape]. */
  readonly sideOutputs?: readonly { readonly name: string; readonly value: Value; readonly shape: Shape }[]
  /** Writes the nodes that turn the gradient of the output into those of the parameters and, where needed, of the input. */
  backward(gradient: Value, inputGradient: 'needed' | 'not needed'): Gradients
}

/** One kind of layer: its shapes, its parameters, its forward and its backward nodes, together in one file. */
export interface Layer {
  outputShape(input: Shape): Shape
  parameters(input: Shape): readonly ParameterSpec[]
  forward(input: LayerInput): LayerOutput
}

export const elementCount = (shape: Shape): number => shape.reduce((product, size) => product * size, 1)

/** A shape of exactly these axes, or a sentence saying which layer met which shape. */
export function imageShape(layer: string, shape: Shape): { channels: number; time: number; bins: number } {
  const [channels, time, bins] = shape
  if (channels === undefined || time === undefined || bins === undefined || shape.length !== 3) {
    throw new RangeError(`${layer} takes [channels, time, bins], not [${shape}]`)
  }
  return { channels, time, bins }
}
