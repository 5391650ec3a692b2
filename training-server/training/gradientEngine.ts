import { Tensor, type InferenceSession } from 'onnxruntime-node'
import { FactorProducts } from './factorProducts.ts'
import { fusedFeeds } from './fused/fusedFeeds.ts'
import type { LoadedKernel } from './fused/fusedKernel.ts'
import { tensorViews } from './flatParameters.ts'
import { elementCount } from './graph/layer.ts'
import { gradientGraph, outputCount, parametersOf, type GradientGraph, type LayerStack } from './graph/networkGraphs.ts'
import { createSession } from './runtime.ts'

/** A micro-batch of exactly the engine's size. Filling samples carry the weight 0. */
export interface MicroBatch {
  /** [microBatch, ...input] */
  readonly features: Float32Array
  /** [microBatch], or [microBatch, classes] where the network gives a number of each class. */
  readonly labels: Float32Array
  readonly sampleWeights: Float32Array
}

/**
 * Computes loss and gradients of a batch as a sum over micro-batches of fixed size: activations of one micro-batch at a time are
 * in memory, whatever the batch, and a last, partial batch is filled with samples of weight 0. Gradients of large weights that are products
 * of factors with a row a sample are not added up: the factors of the whole batch are multiplied once.
 */
export class GradientEngine {
  /** Lists to fill with uniform numbers for each micro-batch, in this order. */
  readonly drawn: readonly Uint16Array[]
  readonly microBatch: number
  readonly #session: InferenceSession
  /** Null where no gradient is factored. */
  readonly #products: FactorProducts | null
  /** Runs the first layer's kernel on a micro-batch's features. */
  readonly #runKernel: (features: Float32Array) => void
  readonly #stack: LayerStack
  readonly #labelShape: readonly number[]
  readonly #fixed: Record<string, Tensor>
  /** The gradient so far, and where the next one is written; they change places after each micro-batch. */
  readonly #sums: [FlatGradient, FlatGradient]

  private constructor(
    session: InferenceSession,
    stack: LayerStack,
    parameters: Float32Array,
    microBatch: number,
    classWeights: readonly number[],
    { kernel, drawn }: GradientGraph,
    loaded: LoadedKernel | null,
    products: FactorProducts | null,
  ) {
    const specs = parametersOf(stack)
    this.#session = session
    this.#products = products
    this.#stack = stack
    this.microBatch = microBatch
    this.#fixed = tensorViews(specs, parameters)
    const ownDrawn = drawn.map(({ name, shape }) => {
      const values = new Uint16Array(microBatch * elementCount(shape))
      this.#fixed[name] = new Tensor('uint16', values, [microBatch, ...shape])
      return values
    })
    if (kernel === null || loaded === null) {
      this.drawn = ownDrawn
      this.#runKernel = () => {}
    } else {
      this.drawn = loaded.drawn.length === 0 ? ownDrawn : [loaded.drawn, ...ownDrawn]
      Object.assign(this.#fixed, fusedFeeds(kernel, loaded, microBatch))
      const read = kernel.parameters.map((name) => floats(this.#fixed[name]))
      this.#runKernel = (features) => loaded.run(features, read)
    }
    const flat = (): FlatGradient => {
      const values = new Float32Array(parameters.length)
      const gradients = tensorViews(specs, values, 'gradient.')
      return {
        values,
        gradients,
        fed: named(tensorViews(specs, values, 'sum.'), session.inputNames),
        fetched: named(gradients, session.outputNames),
      }
    }
    this.#sums = [flat(), flat()]
    const outputs = outputCount(stack)
    this.#labelShape = outputs === 1 ? [microBatch] : [microBatch, outputs]
    if (outputs > 1) this.#fixed['classWeights'] = new Tensor('float32', classWeights, [outputs])
  }

  /**
   * @param parameters the flat list; the engine reads its values at each call.
   * @param options.classWeights of a network that gives a number of each class; where left out, all weigh the same.
   */
  static async create(
    stack: LayerStack,
    parameters: Float32Array,
    options: { readonly microBatch: number; readonly threads: number; readonly classWeights?: readonly number[] },
  ): Promise<GradientEngine> {
    const graph = gradientGraph(stack, options.microBatch)
    const { onnx, kernel, factored } = graph
    const session = await createSession(onnx, options.threads)
    const loaded = kernel === null ? null : await kernel.load(options.microBatch)
    const products = factored.length === 0 ? null : await FactorProducts.create(factored, options)
    const classWeights = options.classWeights ?? Array.from({ length: outputCount(stack) }, () => 1)
    return new GradientEngine(session, stack, parameters, options.microBatch, classWeights, graph, loaded, products)
  }

  /**
   * @param microBatches asked for one after the other, after which the `drawn` lists are filled by `draw`.
   * @returns the weighted loss, the logits in the order of the samples (fillings included), and the flat gradient (of what is followed,
   * how far it has moved), which is valid until the next call.
   */
  async compute(
    microBatches: Iterable<MicroBatch>,
    draw: (microBatchIndex: number) => void,
  ): Promise<{ loss: number; logits: number[]; gradients: Float32Array }> {
    let [soFar, next] = this.#sums
    soFar.values.fill(0)
    let loss = 0
    const logits: number[] = []
    let index = 0
    for (const { features, labels, sampleWeights } of microBatches) {
      draw(index)
      this.#runKernel(features)
      const results = await this.#session.run(
        {
          ...this.#fixed,
          ...soFar.fed,
          features: new Tensor('float32', features, [this.microBatch, ...this.#stack.input]),
          labels: new Tensor('float32', labels, this.#labelShape),
          sampleWeights: new Tensor('float32', sampleWeights, [this.microBatch]),
        },
        { ...next.fetched, ...this.#products?.fetched(index), loss: null, logit: null },
      )
      loss += floats(results['loss'])[0] ?? 0
      logits.push(...floats(results['logit']))
      ;[soFar, next] = [next, soFar]
      index += 1
    }
    await this.#products?.multiplyInto(soFar.gradients, index)
    return { loss, logits, gradients: soFar.values }
  }
}

interface FlatGradient {
  readonly values: Float32Array
  /** Of every parameter, windows on `values`. */
  readonly gradients: Record<string, Tensor>
  /** Of those that micro-batches add up. */
  readonly fed: Record<string, Tensor>
  readonly fetched: Record<string, Tensor>
}

const named = (tensors: Readonly<Record<string, Tensor>>, names: readonly string[]): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => names.includes(name)))

/** The values of a float32 result. */
export function floats(tensor: Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array))
    throw new TypeError('The session gave no float32 values where they were expected.')
  return tensor.data
}
