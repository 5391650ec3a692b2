import { Tensor, type InferenceSession } from 'onnxruntime-node'
import { productGraph } from './graph/factoredGradient.ts'
import type { ParameterSpec } from './graph/layer.ts'
import { createSession } from './runtime.ts'

/**
 * Gradients of a batch that are products of factors with a row for each sample: each micro-batch writes its rows after those before, and one
 * product at the end takes the place of one sum of whole gradients a micro-batch.
 */
export class FactorProducts {
  readonly #session: InferenceSession
  readonly #factors: readonly (readonly [name: string, rows: SampleRows])[]
  readonly #gradients: readonly string[]

  private constructor(session: InferenceSession, specs: readonly ParameterSpec[], microBatch: number) {
    this.#session = session
    this.#factors = specs.flatMap(({ name, shape: [rows, columns] }) => [
      [`left.${name}`, new SampleRows(microBatch, rows)] as const,
      [`right.${name}`, new SampleRows(microBatch, columns)] as const,
    ])
    this.#gradients = specs.map(({ name }) => `gradient.${name}`)
  }

  /** @param specs of the parameters [rows, columns] whose gradients are factored. */
  static async create(
    specs: readonly ParameterSpec[],
    options: { readonly microBatch: number; readonly threads: number },
  ): Promise<FactorProducts> {
    return new FactorProducts(await createSession(productGraph(specs), options.threads), specs, options.microBatch)
  }

  /** Where micro-batch `index` has its factors written, by their names in its graph. Asked for in the order of the micro-batches. */
  fetched(index: number): Record<string, Tensor> {
    return Object.fromEntries(this.#factors.map(([name, rows]) => [name, rows.of(index)]))
  }

  /** @param gradients `gradient.NAME` of every parameter; those of the factored ones are written, from the first `microBatches`. */
  async multiplyInto(gradients: Readonly<Record<string, Tensor>>, microBatches: number): Promise<void> {
    await this.#session.run(
      Object.fromEntries(this.#factors.map(([name, rows]) => [name, rows.first(microBatches)])),
      Object.fromEntries(this.#gradients.map((name) => [name, gradients[name]])),
    )
  }
}

/** Rows of all samples of a batch as one list, which grows to the largest batch seen. */
class SampleRows {
  readonly #microBatch: number
  readonly #width: number
  #values = new Float32Array(0)

  constructor(microBatch: number, width: number) {
    this.#microBatch = microBatch
    this.#width = width
  }

  /** [microBatch, width], a window on the list. */
  of(index: number): Tensor {
    return this.#window(index, index + 1)
  }

  /** [microBatches x microBatch, width], a window on the list. */
  first(microBatches: number): Tensor {
    return this.#window(0, microBatches)
  }

  #window(from: number, to: number): Tensor {
    const size = this.#microBatch * this.#width
    if (to * size > this.#values.length) {
      const grown = new Float32Array(Math.max(to * size, 2 * this.#values.length))
      grown.set(this.#values)
      this.#values = grown
    }
    return new Tensor('float32', this.#values.subarray(from * size, to * size), [
      (to - from) * this.#microBatch,
      this.#width,
    ])
  }
}
