import type { GraphBuilder, Value } from './graphBuilder.ts'

/**
 * Mish of two values and the larger result, for values fed with their signs turned: with v = -x, u = sigmoid(v), q = u^2 and
 * h = 2 / (1 + q), mish(x) = v (1 - h).
 *
 * Only the value that won has a slope, so the backward pass works on half as many numbers: on the winners. Of two equal results
 * the first takes the gradient, as in PyTorch. It gives the winner's gradient, and `first`, the same where the first won and else 0.
 *
 * @param first, second negated inputs of Mish, of one shape.
 */
export function mishOfLarger(
  graph: GraphBuilder,
  first: Value,
  second: Value,
): { readonly value: Value; backward(gradient: Value): { readonly winner: Value; readonly first: Value } } {
  const [one, two] = [graph.float(1), graph.float(2)]
  const gateOf = (negated: Value) => {
    const u = graph.op('Sigmoid', [negated])
    const h = graph.div(two, graph.add(graph.mul(u, u), one))
    return { u, gate: graph.sub(one, h) }
  }
  const firstResult = graph.mul(first, gateOf(first).gate)
  const secondResult = graph.mul(second, gateOf(second).gate)
  const larger = graph.op('Max', [firstResult, secondResult])
  return {
    value: larger,
    backward(gradient) {
      // 1 where the first won: the difference is 0 there and at least one rounding step elsewhere, which this slope clips to 0. Cheaper
      // than a comparison with a conversion.
      const firstWon = graph.op('HardSigmoid', [graph.sub(firstResult, larger)], {
        alpha: { float: 3e38 },
        beta: { float: 1 },
      })
      const winner = graph.add(second, graph.mul(firstWon, graph.sub(first, second)))
      const { u, gate } = gateOf(winner)
      // dy/dv = gate + (1 - u) v (1 - gate^2), with y = v gate.
      const curve = graph.mul(graph.sub(one, u), graph.sub(winner, graph.mul(larger, gate)))
      const slope = graph.mul(gradient, graph.add(gate, curve))
      return { winner: slope, first: graph.mul(slope, firstWon) }
    },
  }
}
