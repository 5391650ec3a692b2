import type { Layer } from './layer.ts'

/** SiLU (Elfwing et al. 2017, arXiv:1702.03118): x sigmoid(x). */
export function silu(): Layer {
  return {
    outputShape: (input) => input,
    parameters: () => [],
    forward({ graph, value: x }) {
      const sigmoid = graph.op('Sigmoid', [x])
      const y = graph.mul(x, sigmoid)
      return {
        value: y,
        backward(gradient) {
          // sigmoid + y (1 - sigmoid)
          const slope = graph.add(y, graph.mul(sigmoid, graph.sub(graph.float(1), y)))
          return { input: graph.mul(gradient, slope), parameters: [] }
        },
      }
    },
  }
}
