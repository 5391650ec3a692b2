import type { GraphBuilder, Value } from './graphBuilder.ts'

/**
 * Cross-entropy of a softmax over any number of classes: the sum over samples of s, their weight, times the sum over classes of
 * w y (log(sum of exp z) - z), w a class's weight. PyTorch's cross_entropy(weight=w) for labels that are shares of the classes: sample
 * weights of 1 / batch give its mean, weights of 0 switch the filling samples of a last, partial batch off.
 *
 * @param of.logits [batch, classes]
 * @param of.labels [batch, classes], how much of each sample is of each class
 * @param of.classWeights [classes]
 * @param of.weights [batch]
 * @returns the loss, and its gradient with respect to the logits: s (softmax(z) sum(w y) - w y).
 */
export function softmaxCrossEntropy(
  graph: GraphBuilder,
  of: { logits: Value; labels: Value; classWeights: Value; weights: Value },
): { loss: Value; gradient: Value } {
  const logShares = graph.op('LogSoftmax', [of.logits], { axis: 1 })
  const wanted = graph.mul(of.labels, of.classWeights)
  const each = graph.sum(graph.mul(wanted, logShares), 1)
  const all = graph.op('ReduceSum', [wanted, graph.ints(1)], { keepdims: 1 })
  const slope = graph.sub(graph.mul(graph.op('Exp', [logShares]), all), wanted)
  return {
    loss: graph.op('Neg', [graph.sum(graph.mul(each, of.weights), 0)]),
    gradient: graph.mul(slope, graph.reshape(of.weights, -1, 1)),
  }
}
