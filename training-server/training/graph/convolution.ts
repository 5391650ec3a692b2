import type { Value } from './graphBuilder.ts'
import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/**
 * Convolution along time with a kernel of `kernel` x 1 and no padding; input and output [channels, time, bins].
 *
 * Backward: the weight gradient is one MatMul for each kernel tap, the input gradient a convolution of the padded output
 * gradient with the flipped, transposed kernel: both measured faster than the alternatives (see bench/training.ts).
 * Initial values as PyTorch's Conv2d: uniform within 1 / sqrt(fan in).
 */
export function convolution(options: {
  readonly name: string
  readonly channels: number
  readonly kernel: number
  readonly dilation?: number
}): Layer {
  const { name, channels: outChannels, kernel, dilation = 1 } = options
  const reach = (kernel - 1) * dilation
  return {
    outputShape(input) {
      const { time, bins } = imageShape(name, input)
      return [outChannels, time - reach, bins]
    },

    parameters(input) {
      const { channels } = imageShape(name, input)
      const initial = { kind: 'uniform', bound: 1 / Math.sqrt(channels * kernel) } as const
      return [
        { name: `${name}.weight`, shape: [outChannels, channels, kernel, 1], initial },
        { name: `${name}.bias`, shape: [outChannels], initial },
      ]
    },

    forward({ graph, value, shape, parameters }) {
      const { channels, time, bins } = imageShape(name, shape)
      const [weight = '', bias = ''] = parameters
      const outTime = time - reach
      const attributes = { kernel_shape: [kernel, 1], dilations: [dilation, 1] }

      const seenBy = (tap: number) =>
        graph.reshape(graph.slice(value, 2, tap * dilation, tap * dilation + outTime), 0, channels, outTime * bins)
      const taps = Array.from({ length: kernel }, (_, tap) => tap)
      /** Sum over samples, time and bins of the gradient times what a tap saw: [out channels, rows of `seen`]. */
      const correlate = (flat: Value, seen: Value) =>
        graph.sum(graph.op('MatMul', [flat, graph.op('Transpose', [seen], { perm: [0, 2, 1] })]), 0)

      const weightGradient = (gradient: Value) => {
        const flat = graph.reshape(gradient, 0, outChannels, outTime * bins)
        if (channels === 1) {
          // All taps of one channel side by side are small beside the gradient, which is then passed over once.
          const seen = graph.op('Concat', taps.map(seenBy), { axis: 1 })
          return graph.reshape(correlate(flat, seen), outChannels, 1, kernel, 1)
        }
        const perTap = taps.map((tap) => graph.reshape(correlate(flat, seenBy(tap)), outChannels, channels, 1, 1))
        return graph.op('Concat', perTap, { axis: 2 })
      }

      const inputGradient = (gradient: Value) => {
        const swapped = graph.op('Transpose', [weight], { perm: [1, 0, 2, 3] })
        const flipped = kernel === 1 ? swapped : graph.slice(swapped, 2, -1, -kernel - 1, -1)
        return graph.op('Conv', [gradient, flipped], { ...attributes, pads: [reach, 0, reach, 0] })
      }

      return {
        value: graph.op('Conv', [value, weight, bias], attributes),
        backward: (gradient, needed) => ({
          input: needed === 'needed' ? inputGradient(gradient) : null,
          parameters: [weightGradient(gradient), graph.sum(gradient, 0, 2, 3)],
        }),
      }
    },
  }
}
