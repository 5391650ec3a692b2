import { affine } from './affine.ts'
import type { Value } from './graphBuilder.ts'
import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/** PyTorch's GroupNorm default. */
export const EPSILON = 1e-5

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
      const perGroup = channels / groups
      const size = perGroup * time * bins

      const normal = graph.newName(`${name}.normal`)
      const inverseDeviation = graph.newName(`${name}.inverseDeviation`)
      graph.opTo(
        [normal, graph.newName(`${name}.mean`), inverseDeviation],
        'LayerNormalization',
        [graph.reshape(value, 0, groups, size), graph.op('Expand', [graph.float(1), graph.ints(size)])],
        { axis: -1, epsilon: { float: EPSILON } },
      )

      return {
        value: affine(graph, graph.reshape(normal, 0, channels, time, bins), scale, offset),
        backward(gradient, needed) {
          // Sums over each sample's channels, [batch, channels]: of the gradient, and of its product with the normalised values.
          const total = graph.sum(gradient, 2, 3)
          const projected = graph.sum(graph.mul(gradient, graph.reshape(normal, 0, channels, time, bins)), 2, 3)

          const inputGradient = () => {
            // d = inverse (scale g - mean(scale g) - normal mean(scale g normal)), the means over the group: for each channel
            // of each sample one factor of g, one of the normalised values and one constant, so that the large tensors are
            // passed over three times only.
            const inverse = graph.reshape(inverseDeviation, 0, groups, 1)
            const groupMean = (sums: Value) => {
              const scaled = graph.reshape(graph.mul(sums, scale), 0, groups, perGroup)
              const mean = graph.mul(graph.op('ReduceSum', [scaled, graph.ints(2)]), graph.float(1 / size))
              return graph.op('Neg', [graph.mul(mean, inverse)])
            }
            const toChannels = (perGroupValue: Value) =>
              graph.reshape(graph.op('Expand', [perGroupValue, graph.ints(1, 1, perGroup)]), -1)
            const ofGradient = graph.mul(graph.reshape(scale, 1, groups, perGroup), inverse)
            // Each sample's channels lie beside each other as channels of one sample.
            const flat = (image: Value) => graph.reshape(image, 1, -1, time, bins)
            const rest = affine(graph, flat(normal), toChannels(groupMean(projected)), toChannels(groupMean(total)))
            const own = graph.mul(gradient, graph.reshape(ofGradient, 0, channels, 1, 1))
            return graph.add(own, graph.reshape(rest, -1, channels, time, bins))
          }
          return {
            input: needed === 'needed' ? inputGradient() : null,
            parameters: [graph.sum(projected, 0), graph.sum(total, 0)],
          }
        },
      }
    },
  }
}
