import type { Value } from './graphBuilder.ts'
import type { Layer } from './layer.ts'
import { imageShape } from './layer.ts'

/**
 * Convolution along time with a kernel of `kernel` x 1 and no padding; input and output [channels, time, bins].
 *
 * Backward: the weight gradient is one MatMul, the input gradient a convolution of the padded output gradient with the flipped,
 * transposed kernel: both measured faster than the alternatives (docs/adr/0008).
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

      const taps = Array.from({ length: kernel }, (_, tap) => tap)
      /** Sum over samples, times and bins of the products of two images' rows, [batch, rows, ...] each: [rows of a, rows of b]. */
      const correlate = (a: Value, b: Value) =>
        graph.sum(graph.op('MatMul', [a, graph.op('Transpose', [b], { perm: [0, 2, 1] })]), 0)

      /** What each tap saw, side by side, under the gradient: one product. */
      const byTapsOfInput = (gradient: Value) => {
        const seen = taps.map((tap) =>
          graph.reshape(
            graph.slice(value, 2, tap * dilation, tap * dilation + outTime),
            0,
            1,
            channels,
            outTime * bins,
          ),
        )
        const rows = graph.reshape(graph.op('Concat', seen, { axis: 1 }), 0, kernel * channels, outTime * bins)
        const sums = correlate(graph.reshape(gradient, 0, outChannels, outTime * bins), rows)
        const weights = graph.reshape(sums, outChannels, kernel, channels, 1)
        return graph.op('Transpose', [weights], { perm: [0, 2, 1, 3] })
      }
      /**
       * The gradient once a tap, each time moved to where that tap looked, over the input: one product. The copies are one Concat: the zeros
       * between two of them are what one lacks and what the next is moved on.
       */
      const byTapsOfGradient = (gradient: Value) => {
        const gap = graph.op(
          'Concat',
          [graph.op('Shape', [gradient], { start: 0, end: 1 }), graph.ints(outChannels, reach + dilation, bins)],
          { axis: 0 },
        )
        const zeros = graph.op('Expand', [graph.float(0), gap])
        const copies = taps.flatMap((tap) => (tap === 0 ? [gradient] : [zeros, gradient]))
        const rows = graph.reshape(graph.op('Concat', copies, { axis: 2 }), 0, outChannels * kernel, time * bins)
        const sums = correlate(rows, graph.reshape(value, 0, channels, time * bins))
        return graph.op('Transpose', [graph.reshape(sums, outChannels, kernel, channels, 1)], { perm: [0, 2, 1, 3] })
      }
      // Whichever copies the fewer channels.
      const weightGradient = channels < outChannels ? byTapsOfInput : byTapsOfGradient

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
