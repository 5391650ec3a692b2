import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/** PyTorch's GroupNorm default. */
const EPSILON = 1e-5

/**
 * Group normalisation (Wu & He 2018, arXiv:1803.08494): each sample's groups of channels to mean 0 and variance 1, then a scale
 * and an offset a channel.
 *
 * The statistics come from LayerNormalization, which gives its mean and inverse deviation as outputs: a mean of squares of
 * our own lost 60 times more precision in float32.
 */
export function groupNorm(options: { readonly name: string; readonly groups: number }): Layer {
  const { name, groups } = options
  return {
    outputShape: (input) => input,

    parameters(input) {
      const { channels } = imageShape(name, input)
      return [
        { name: `${name}.weight`, shape: [channels], initial: { kind: 'constant', value: 1 } },
        { name: `${name}.bias`, shape: [channels], initial: { kind: 'constant', value: 0 } },
      ]
    },

    forward({ graph, value, shape, parameters }) {
      const { channels, time, bins } = imageShape(name, shape)
      const [scale = '', offset = ''] = parameters
      const size = (channels / groups) * time * bins
      const ones = graph.op('Expand', [graph.float(1), graph.ints(size)])

      const normal = graph.newName(`${name}.normal`)
      const inverseDeviation = graph.newName(`${name}.inverseDeviation`)
      graph.opTo(
        [normal, graph.newName(`${name}.mean`), inverseDeviation],
        'LayerNormalization',
        [graph.reshape(value, 0, groups, size), ones],
        { axis: -1, epsilon: { float: EPSILON } },
      )
      const normalised = graph.reshape(normal, 0, channels, time, bins)
      const inverse = graph.reshape(inverseDeviation, 0, groups, 1, 1)
      const scales = graph.reshape(scale, channels, 1, 1)

      return {
        value: graph.add(graph.mul(normalised, scales), graph.reshape(offset, channels, 1, 1)),
        backward(gradient, needed) {
          const projected = graph.sum(graph.mul(gradient, normalised), 2, 3)
          const total = graph.sum(gradient, 2, 3)
          const groupMean = (perChannel: string) =>
            graph.op(
              'ReduceSum',
              [
                graph.reshape(
                  graph.mul(graph.mul(perChannel, scale), graph.float(1 / size)),
                  0,
                  groups,
                  channels / groups,
                  1,
                ),
                graph.ints(2),
              ],
              { keepdims: 1 },
            )
          const spread = () => {
            const grouped = graph.reshape(graph.mul(gradient, scales), 0, groups, channels / groups, time * bins)
            const along = graph.mul(
              graph.reshape(normal, 0, groups, channels / groups, time * bins),
              groupMean(projected),
            )
            const centred = graph.sub(graph.sub(grouped, groupMean(total)), along)
            return graph.reshape(graph.mul(centred, inverse), 0, channels, time, bins)
          }
          return {
            input: needed === 'needed' ? spread() : null,
            parameters: [graph.sum(projected, 0), graph.sum(total, 0)],
          }
        },
      }
    },
  }
}
