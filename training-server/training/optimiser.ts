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
  readonly #scratch: OptimiserState
  readonly #state: OptimiserState
  readonly #followed: readonly Range[]

  private constructor(session: InferenceSession, state: OptimiserState, followed: readonly Range[]) {
    this.#session = session
    this.#followed = followed
    this.#state = state
    this.#scratch = freshState(new Float32Array(state.parameters.length))
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
    const next = this.#scratch
    await this.#session.run(
      {
        parameters: list(parameters),
        gradients: list(gradients),
        firstMoment: list(firstMoment),
        secondMoment: list(secondMoment),
        ...Object.fromEntries(scalars),
      },
      {
        nextParameters: list(next.parameters),
        nextFirstMoment: list(next.firstMoment),
        nextSecondMoment: list(next.secondMoment),
      },
    )
    for (const [from, to] of this.#followed) {
      for (let at = from; at < to; at += 1) next.parameters[at] = parameters[at] + gradients[at]
      next.firstMoment.fill(0, from, to)
      next.secondMoment.fill(0, from, to)
    }
    // Written into the lists that others hold views of, so that a step needs no new tensors anywhere.
    parameters.set(next.parameters)
    firstMoment.set(next.firstMoment)
    secondMoment.set(next.secondMoment)
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
