import { Tensor, type InferenceSession } from 'onnxruntime-node'
import { floats } from './gradientEngine.ts'
import { createSession } from './runtime.ts'

/** Runs a network's inference graph, in batches small enough that memory stays flat. */
export class Scorer {
  readonly #session: InferenceSession
  readonly #shape: readonly number[]
  readonly #weights: Record<string, Tensor>

  private constructor(session: InferenceSession, shape: readonly number[], weights: Record<string, Tensor>) {
    this.#session = session
    this.#shape = shape
    this.#weights = weights
  }

  /**
   * @param onnx a graph with input `features` [batch, ...shape] and output `logit` [batch].
   * @param weights tensors fed beside the features, where the graph does not hold its own.
   */
  static async create(
    onnx: Uint8Array,
    options: { readonly shape: readonly number[]; readonly threads: number; readonly weights?: Record<string, Tensor> },
  ): Promise<Scorer> {
    return new Scorer(await createSession(onnx, options.threads), options.shape, options.weights ?? {})
  }

  /** @param features [count, ...shape]. @returns one logit a window. */
  async logits(features: Float32Array, count: number): Promise<number[]> {
    const tensor = new Tensor('float32', features, [count, ...this.#shape])
    const results = await this.#session.run({ ...this.#weights, features: tensor })
    return [...floats(results['logit'])]
  }
}
