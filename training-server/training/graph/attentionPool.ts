import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/**
 * Attention pooling over time (Kong et al. 2020, arXiv:1912.10211, section III-B): of each time's channels h one score u h + c and
 * one attention, the softmax over time of w h; the logit is the sum over time of attention times score. The weights know no
 * length, so the same ones pool any. With two outputs there is a score of either class, and one attention.
 *
 * Input [channels, time, 1], output [outputs]. Beside it, `relevance` [time]: attention times score (the second class's less the first's), the
 * part each time has in the logit, positive where it speaks for the finding; the parts' sum is the logit.
 */
export function attentionPool(options: { readonly name: string; readonly outputs?: 1 | 2 }): Layer {
  const { name, outputs = 1 } = options
  return {
    outputShape: () => [outputs],

    parameters(input) {
      const { channels } = imageShape(name, input)
      const initial = { kind: 'uniform', bound: 1 / Math.sqrt(channels) } as const
      return [
        { name: `${name}.weight`, shape: [1 + outputs, channels], initial },
        { name: `${name}.bias`, shape: [outputs], initial: { kind: 'constant', value: 0 } },
      ]
    },

    forward({ graph, value, shape, parameters }) {
      const { channels, time, bins } = imageShape(name, shape)
      if (bins !== 1) throw new RangeError(`${name} pools over time: take the mean over the ${bins} bins first`)
      const [weight = '', bias = ''] = parameters
      const hidden = graph.reshape(value, 0, channels, time)
      const both = graph.op('MatMul', [weight, hidden])
      const attention = graph.op('Softmax', [graph.slice(both, 1, 0, 1)], { axis: -1 })
      const score = graph.add(
        graph.slice(both, 1, 1, 1 + outputs),
        outputs === 1 ? bias : graph.reshape(bias, outputs, 1),
      )
      const relevance = graph.mul(attention, score)
      const logit = graph.sum(relevance, 2)
      const ofFinding =
        outputs === 1 ? relevance : graph.sub(graph.slice(relevance, 1, 1, 2), graph.slice(relevance, 1, 0, 1))
      return {
        value: logit,
        sideOutputs: [{ name: 'relevance', value: graph.reshape(ofFinding, 0, time), shape: [time] }],
        backward(gradient, needed) {
          const ofScore = graph.mul(attention, graph.reshape(gradient, 0, outputs, 1))
          const ofEach = graph.mul(ofScore, graph.sub(score, graph.reshape(logit, 0, outputs, 1)))
          const ofAttention = outputs === 1 ? ofEach : graph.op('ReduceSum', [ofEach, graph.ints(1)], { keepdims: 1 })
          const ofBoth = graph.op('Concat', [ofAttention, ofScore], { axis: 1 })
          const seen = graph.op('Transpose', [hidden], { perm: [0, 2, 1] })
          const inputGradient = () =>
            graph.reshape(
              graph.op('MatMul', [graph.op('Transpose', [weight], { perm: [1, 0] }), ofBoth]),
              0,
              channels,
              time,
              1,
            )
          return {
            input: needed === 'needed' ? inputGradient() : null,
            parameters: [graph.sum(graph.op('MatMul', [ofBoth, seen]), 0), graph.sum(gradient, 0)],
          }
        },
      }
    },
  }
}
