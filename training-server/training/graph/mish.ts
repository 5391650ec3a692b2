import type { Layer } from './layer.ts'

/**
 * Mish (Misra 2019, arXiv:1908.08681): x tanh(softplus(x)), from one sigmoid: with s = sigmoid(x) and n = s (2 - s),
 * tanh(softplus(x)) = n / (2 - n), which cancels nowhere.
 */
export function mish(): Layer {
  return {
    outputShape: (input) => input,
    parameters: () => [],
    forward({ graph, value: x }) {
      const sigmoid = graph.op('Sigmoid', [x])
      const n = graph.mul(sigmoid, graph.sub(graph.float(2), sigmoid))
      const gate = graph.div(n, graph.sub(graph.float(2), n))
      const y = graph.mul(x, gate)
      return {
        value: y,
        backward(gradient) {
          // gate + x sigmoid (1 - gate^2), with y = x gate.
          const slope = graph.add(gate, graph.mul(sigmoid, graph.sub(x, graph.mul(y, gate))))
          return { input: graph.mul(gradient, slope), parameters: [] }
        },
      }
    },
  }
}
