import type { GraphBuilder, Value } from '../graph/graphBuilder.ts'
import type { Shape } from '../graph/layer.ts'

/**
 * What a first layer computes of a micro-batch before the graph runs, outside of it: several operators in one pass over memory, which the
 * runtime has no operator for. What it gives are inputs of the graph.
 */
export interface FusedKernel<Name extends string = string> {
  /** All that decides its results beside what it is given; part of what the network is. */
  source(): string
  /** Names of the parameters it reads. */
  readonly parameters: readonly string[]
  /** By name, sizes of one sample of what it gives. */
  readonly results: Readonly<Record<Name, Shape>>
  load(batch: number): Promise<LoadedKernel<Name>>
}

/** A kernel with the memory of one micro-batch, which each run writes anew. */
export interface LoadedKernel<Name extends string = string> {
  /** To be filled with uniform 16-bit numbers before each run; empty where nothing is drawn. */
  readonly drawn: Uint16Array
  /** By name [batch, ...shape]. */
  readonly results: Readonly<Record<Name, Float32Array>>
  /**
   * @param features [batch, ...input]
   * @param parameters in the order of their names.
   */
  run(features: Float32Array, parameters: readonly Float32Array[]): void
}

/** The graph’s input for a result. */
export const inputName = (result: string): string => `fused.${result}`

/** A kernel's results as inputs of the graph, by their names. */
export const fusedInputs = <Name extends string>(
  graph: GraphBuilder,
  { results }: FusedKernel<Name>,
  batch: number,
): Record<Name, Value> =>
  Object.fromEntries(
    Object.entries<Shape>(results).map(([name, shape]) => [name, graph.input(inputName(name), [batch, ...shape])]),
  ) as Record<Name, Value>
