import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/**
 * Pointwise convolution: the same linear map of the channels at every time and bin; input and output [channels, time, bins]. Both
 * gradients are one MatMul. Without a bias: a normalisation that follows would take it out again.
 */
export function pointwiseConvolution(options: { readonly name: string; readonly channels: number }): Layer {
  const { name, channels: outChannels } = options
  return {
    outputShape(input) {
      const { time, bins } = imageShape(name, input)
      return [outChannels, time, bins]
    },

    parameters(input) {
      const { channels } = imageShape(name, input)
      const initial = { kind: 'uniform', bound: 1 / Math.sqrt(channels) } as const
      return [{ name: `${name}.weight`, shape: [outChannels, channels, 1, 1], initial }]
    },

    forward({ graph, value, shape, parameters }) {
      const { channels, time, bins } = imageShape(name, shape)
      const [weight = ''] = parameters
      return {
        value: graph.op('Conv', [value, weight], { kernel_shape: [1, 1] }),
        backward(gradient, needed) {
          const flat = graph.reshape(gradient, 0, outChannels, time * bins)
          const seen = graph.op('Transpose', [graph.reshape(value, 0, channels, time * bins)], { perm: [0, 2, 1] })
          const sums = graph.sum(graph.op('MatMul', [flat, seen]), 0)
          const turned = () => graph.op('Transpose', [weight], { perm: [1, 0, 2, 3] })
          return {
            input: needed === 'needed' ? graph.op('Conv', [gradient, turned()], { kernel_shape: [1, 1] }) : null,
            parameters: [graph.reshape(sums, outChannels, channels, 1, 1)],
          }
        },
      }
    },
  }
}
