import { kernelGeometry, swap, type Pair } from './kernelGeometry.ts'
import type { Layer } from './layer.ts'

/**
 * Convolution along time and bins with zeros around the image; input and output [channels, time, bins], the output's sizes divided
 * by the stride and rounded up. Each gradient is one Conv. A kernel of [k, 1] runs along time only.
 * Without a bias: a normalisation that follows would take it out again.
 */
export function convolution2d(options: {
  readonly name: string
  readonly channels: number
  readonly kernel: Pair
  readonly stride?: Pair
  /** From one tap of the kernel to the next. */
  readonly dilation?: Pair
}): Layer {
  const { name, channels: outChannels, kernel, stride = [1, 1], dilation = [1, 1] } = options
  return {
    outputShape(input) {
      const { outTime, outBins } = kernelGeometry(name, input, kernel, stride, dilation)
      return [outChannels, outTime, outBins]
    },

    parameters(input) {
      const { channels } = kernelGeometry(name, input, kernel, stride, dilation)
      const initial = { kind: 'uniform', bound: 1 / Math.sqrt(channels * kernel[0] * kernel[1]) } as const
      return [{ name: `${name}.weight`, shape: [outChannels, channels, ...kernel], initial }]
    },

    forward({ graph, value, shape, parameters }) {
      const geometry = kernelGeometry(name, shape, kernel, stride, dilation)
      const [weight = ''] = parameters
      return {
        value: graph.op('Conv', [value, weight], geometry.attributes),
        backward(gradient, needed) {
          const sums = geometry.correlate(graph, swap(graph, value), swap(graph, gradient), 1)
          return {
            input: needed === 'needed' ? geometry.backThrough(graph, gradient, swap(graph, weight), 1) : null,
            parameters: [swap(graph, sums)],
          }
        },
      }
    },
  }
}
