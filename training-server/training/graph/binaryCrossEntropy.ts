import type { GraphBuilder, Value } from './graphBuilder.ts'

/**
 * Binary cross-entropy of logits, each sample with its weight: sum of w (softplus(z) - z y). Weights of 1 / batch give the mean;
 * weights of 0 switch the filling samples of a last, partial batch off.
 *
 * Of two classes this is the cross-entropy of a softmax over (0, z): a network here ends in one logit.
 *
 * softplus(z) = max(z, 0) + log(1 + exp(-|z|)), which neither overflows nor loses small values' digits.
 *
 * @returns the loss, and its gradient with respect to the logits: w (sigmoid(z) - y).
 */
export function binaryCrossEntropy(
  graph: GraphBuilder,
  { logits, labels, weights }: { logits: Value; labels: Value; weights: Value },
): { loss: Value; gradient: Value } {
  const tail = graph.op('Log', [
    graph.add(graph.float(1), graph.op('Exp', [graph.op('Neg', [graph.op('Abs', [logits])])])),
  ])
  const softplus = graph.add(graph.op('Relu', [logits]), tail)
  const each = graph.sub(softplus, graph.mul(logits, labels))
  return {
    loss: graph.op('ReduceSum', [graph.mul(each, weights), graph.ints(0)], { keepdims: 0 }),
    gradient: graph.mul(weights, graph.sub(graph.op('Sigmoid', [logits]), labels)),
  }
}
