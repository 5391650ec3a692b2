import { GraphBuilder, type Value } from './graphBuilder.ts'
import { elementCount, type FactoredGradient, type ParameterGradient, type ParameterSpec } from './layer.ts'

/** Samples of a batch for which factors are to be smaller than the weight; larger batches are right, too, but gain less. */
const SAMPLES = 32

/** The factors, where a batch's rows of them are fewer numbers than the gradient that each micro-batch would else add up; else null. */
export const keptFactors = (gradient: ParameterGradient, { shape }: ParameterSpec): FactoredGradient | null =>
  typeof gradient !== 'string' && elementCount(shape) > SAMPLES * shape.reduce((sum, size) => sum + size, 0)
    ? gradient
    : null

/** The gradient itself. */
export const wholeGradient = (graph: GraphBuilder, gradient: ParameterGradient): Value =>
  typeof gradient === 'string' ? gradient : graph.op('Gemm', [gradient.left, gradient.right], { transA: 1 })

/** Inputs `left.NAME` [samples, rows] and `right.NAME` [samples, columns] for each of `specs`, any number of samples; outputs `gradient.NAME`. */
export function productGraph(specs: readonly ParameterSpec[]): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder()
  for (const { name, shape } of specs) {
    const [rows, columns] = shape
    const left = graph.input(`left.${name}`, ['samples', rows])
    const right = graph.input(`right.${name}`, ['samples', columns])
    graph.output(`gradient.${name}`, wholeGradient(graph, { left, right }), shape)
  }
  return graph.toOnnx()
}
