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
}

/** What a layer is given to write its forward nodes. */
export interface LayerInput {
  readonly graph: GraphBuilder
  readonly value: Value
  readonly shape: Shape
  /** The layer's parameters, in the order of `parameters()`. */
  readonly parameters: readonly Value[]
  /** Where dropout takes its mask from: an input fed at every step, or nothing at inference. */
  readonly mask: ((shape: Shape, dropShare: number) => Value) | null
}

export interface Gradients {
  /** Gradient of the loss with respect to the layer's input; absent when it was not asked for. */
  readonly input: Value | null
  /** One for each parameter, in the same order. */
  readonly parameters: readonly Value[]
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
