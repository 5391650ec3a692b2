import { kernelGeometry, swap, type Pair } from './kernelGeometry.ts'
import type { Layer } from './layer.ts'

/**
 * Depthwise convolution: each channel under a kernel of its own along time and bins, with zeros around the image; input and output
 * [channels, time, bins], the output's sizes divided by the stride and rounded up. A pointwise convolution after it makes it a
 * separable one (Howard et al. 2017, arXiv:1704.04861), hence no bias. A kernel of [k, 1] runs along time only.
 */
export function depthwiseConvolution(options: {
  readonly name: string
  readonly kernel: Pair
  readonly stride?: Pair
}): Layer {
  const { name, kernel, stride = [1, 1] } = options
  return {
    outputShape(input) {
      const { channels, outTime, outBins } = kernelGeometry(name, input, kernel, stride)
      return [channels, outTime, outBins]
    },

    parameters(input) {
      const { channels } = kernelGeometry(name, input, kernel, stride)
      const initial = { kind: 'uniform', bound: 1 / Math.sqrt(kernel[0] * kernel[1]) } as const
      return [{ name: `${name}.weight`, shape: [channels, 1, ...kernel], initial }]
    },

    forward({ graph, value, shape, parameters }) {
      const geometry = kernelGeometry(name, shape, kernel, stride)
      const { channels, time, bins } = geometry
      const [weight = ''] = parameters
      return {
        value: graph.op('Conv', [value, weight], { ...geometry.attributes, group: channels }),
        backward(gradient, needed) {
          const image = graph.reshape(swap(graph, value), 1, -1, time, bins)
          const sums = geometry.correlate(graph, image, swap(graph, gradient), channels)
          return {
            input: needed === 'needed' ? geometry.backThrough(graph, gradient, weight, channels) : null,
            parameters: [graph.reshape(sums, channels, 1, ...kernel)],
          }
        },
      }
    },
  }
}
