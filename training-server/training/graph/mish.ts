import type { GraphBuilder, Value } from './graphBuilder.ts'
import type { Layer } from './layer.ts'

/**
 * Mish (Misra 2019, arXiv:1908.08681): x tanh(softplus(x)), from one sigmoid: with s = sigmoid(x) and n = s (2 - s),
 * tanh(softplus(x)) = n / (2 - n), which cancels nowhere.
 */
export function mish(): Layer {
  return {
    outputShape: (input) => input,
    parameters: () => [],
    forward({ graph, value }) {
      const { sigmoid, gate } = mishGate(graph, value)
      return {
        value: graph.mul(value, gate),
        backward: (gradient) => ({
          input: graph.mul(gradient, mishSlope(graph, value, sigmoid, gate)),
          parameters: [],
        }),
      }
    },
  }
}

/** tanh(softplus(x)), and the sigmoid it was made from. */
export function mishGate(graph: GraphBuilder, x: Value): { sigmoid: Value; gate: Value } {
  const sigmoid = graph.op('Sigmoid', [x])
  const n = graph.mul(sigmoid, graph.sub(graph.float(2), sigmoid))
  return { sigmoid, gate: graph.div(n, graph.sub(graph.float(2), n)) }
}

/** Derivative of Mish: gate + x s (1 - gate^2). */
export function mishSlope(graph: GraphBuilder, x: Value, sigmoid: Value, gate: Value): Value {
  const bend = graph.sub(graph.float(1), graph.mul(gate, gate))
  return graph.add(gate, graph.mul(graph.mul(x, sigmoid), bend))
}
