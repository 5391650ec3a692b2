import { kernelGeometry, type Pair } from './kernelGeometry.ts'
import type { Layer } from './layer.ts'

/**
 * Convolution along time and bins with zeros around the image; input and output [channels, time, bins], the output's sizes divided
 * by the stride and rounded up. For few input channels: the weight gradient is one MatMul for each tap of the kernel.
 * Without a bias: a normalisation that follows would take it out again.
 */
export function convolution2d(options: {
  readonly name: string
  readonly channels: number
  readonly kernel: Pair
  readonly stride?: Pair
}): Layer {
  const { name, channels: outChannels, kernel, stride = [1, 1] } = options
  return {
    outputShape(input) {
      const { outTime, outBins } = kernelGeometry(name, input, kernel, stride)
      return [outChannels, outTime, outBins]
    },

    parameters(input) {
      const { channels } = kernelGeometry(name, input, kernel, stride)
      const initial = { kind: 'uniform', bound: 1 / Math.sqrt(channels * kernel[0] * kernel[1]) } as const
      return [{ name: `${name}.weight`, shape: [outChannels, channels, ...kernel], initial }]
    },

    forward({ graph, value, shape, parameters }) {
      const geometry = kernelGeometry(name, shape, kernel, stride)
      const { channels, outTime, outBins } = geometry
      const [weight = ''] = parameters
      return {
        value: graph.op('Conv', [value, weight], geometry.attributes),
        backward(gradient, needed) {
          const flat = graph.reshape(gradient, 0, outChannels, outTime * outBins)
          const perTap = geometry.seenByTaps(graph, value).map((seen) => {
            const product = graph.op('MatMul', [flat, graph.op('Transpose', [seen], { perm: [0, 2, 1] })])
            return graph.reshape(graph.sum(product, 0), outChannels, channels, 1)
          })
          const weightGradient = graph.reshape(
            graph.op('Concat', perTap, { axis: 2 }),
            outChannels,
            channels,
            ...kernel,
          )
          const swapped = () => graph.op('Transpose', [weight], { perm: [1, 0, 2, 3] })
          return {
            input: needed === 'needed' ? geometry.backThrough(graph, gradient, swapped(), 1) : null,
            parameters: [weightGradient],
          }
        },
      }
    },
  }
}
