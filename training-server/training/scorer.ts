import { Tensor, type InferenceSession } from 'onnxruntime-node'
import { floats } from './gradientEngine.ts'
import { createSession } from './runtime.ts'

/** What input and output are called in a graph. */
export interface TensorNames {
  readonly input: string
  readonly output: string
}
export const OUR_NAMES: TensorNames = { input: 'features', output: 'logit' }

/** Runs a network's inference graph, in batches small enough that memory stays flat. */
export class Scorer {
  readonly #session: InferenceSession
  readonly #shape: readonly number[]
  readonly #weights: Record<string, Tensor>
  readonly #names: TensorNames

  private constructor(
    session: InferenceSession,
    shape: readonly number[],
    weights: Record<string, Tensor>,
    names: TensorNames,
  ) {
    this.#session = session
    this.#shape = shape
    this.#weights = weights
    this.#names = names
  }

  /**
   * @param onnx a graph with an input [batch, ...shape] and an output [batch], or [batch, 1], of logits.
   * @param weights tensors fed beside the features, where the graph does not hold its own.
   */
  static async create(
    onnx: Uint8Array,
    options: {
      readonly shape: readonly number[]
      readonly threads: number
      readonly weights?: Record<string, Tensor>
      readonly names?: TensorNames
    },
  ): Promise<Scorer> {
    return new Scorer(
      await createSession(onnx, options.threads),
      options.shape,
      options.weights ?? {},
      options.names ?? OUR_NAMES,
    )
  }

  /** @param features [count, ...shape]. @returns one logit a window. */
  async logits(features: Float32Array, count: number): Promise<number[]> {
    const tensor = new Tensor('float32', features, [count, ...this.#shape])
    const results = await this.#session.run({ ...this.#weights, [this.#names.input]: tensor })
    return [...floats(results[this.#names.output])]
  }
}
