import { Tensor, type InferenceSession } from 'onnxruntime-node'
import type { Range } from './flatParameters.ts'
import { adamGraph, adamScalars, type AdamOptions } from './graph/adam.ts'
import { createSession } from './runtime.ts'

/** What Adam carries from step to step; a checkpoint holds exactly this. */
export interface OptimiserState {
  readonly parameters: Float32Array
  readonly firstMoment: Float32Array
  readonly secondMoment: Float32Array
}

/** Adam or AdamW on one flat list of parameters, run as an ONNX graph. */
export class Optimiser {
  readonly #session: InferenceSession
  readonly #state: OptimiserState
  readonly #followed: readonly Range[]

  private constructor(session: InferenceSession, state: OptimiserState, followed: readonly Range[]) {
    this.#session = session
    this.#followed = followed
    this.#state = state
  }

  /** @param options.followed where the parameters lie that move by what the gradient's list holds of them, untouched by Adam. */
  static async create(
    state: OptimiserState,
    options: AdamOptions & { readonly threads: number; readonly followed?: readonly Range[] },
  ): Promise<Optimiser> {
    const session = await createSession(adamGraph(state.parameters.length, options), options.threads)
    return new Optimiser(session, copyOf(state), options.followed ?? [])
  }

  /** Read only: the lists are written by the next step. */
  get state(): OptimiserState {
    return this.#state
  }

  /** @param step counted from 1. */
  async step(gradients: Float32Array, learningRate: number, step: number): Promise<void> {
    const scalars = Object.entries(adamScalars(learningRate, step)).map(([name, value]) => [
      name,
      new Tensor('float32', [value], []),
    ])
    const { parameters, firstMoment, secondMoment } = this.#state
    const before = this.#followed.map(([from, to]) => parameters.slice(from, to))
    // Results go into the lists that are fed, of which others hold views: no output of the graph is written before its old value was read.
    await this.#session.run(
      {
        parameters: list(parameters),
        gradients: list(gradients),
        firstMoment: list(firstMoment),
        secondMoment: list(secondMoment),
        ...Object.fromEntries(scalars),
      },
      {
        nextParameters: list(parameters),
        nextFirstMoment: list(firstMoment),
        nextSecondMoment: list(secondMoment),
      },
    )
    for (const [index, [from, to]] of this.#followed.entries()) {
      parameters.set(
        before[index].map((value, at) => value + gradients[from + at]),
        from,
      )
      firstMoment.fill(0, from, to)
      secondMoment.fill(0, from, to)
    }
  }
}

const list = (values: Float32Array): Tensor => new Tensor('float32', values, [values.length])

export const freshState = (parameters: Float32Array): OptimiserState => ({
  parameters,
  firstMoment: new Float32Array(parameters.length),
  secondMoment: new Float32Array(parameters.length),
})

const copyOf = (state: OptimiserState): OptimiserState => ({
  parameters: state.parameters.slice(),
  firstMoment: state.firstMoment.slice(),
  secondMoment: state.secondMoment.slice(),
})
