import type { GraphBuilder, Value } from './graphBuilder.ts'
import { imageShape, type Shape } from './layer.ts'

/** Sizes along time and along the bins. */
export type Pair = readonly [time: number, bins: number]

/** What a two-dimensional kernel sees of an image: padded with zeros so that a stride of 1 keeps the size. */
export interface KernelGeometry {
  readonly channels: number
  readonly time: number
  readonly bins: number
  readonly outTime: number
  readonly outBins: number
  /** Of Conv. */
  readonly attributes: Readonly<Record<string, readonly number[]>>
  /**
   * The gradient of the kernel: the image under a kernel that is the output's gradient, dilated by the stride, samples lying as
   * channels so that they are summed. One Conv: a slice and a product for each tap were measured slower.
   *
   * @param image [rows, samples, time, bins], or [1, groups x samples, time, bins].
   * @param gradient [kernels, samples, out time, out bins].
   * @returns [rows, kernels, kernel time, kernel bins].
   */
  correlate(graph: GraphBuilder, image: Value, gradient: Value, groups: number): Value
  /**
   * The gradient of the image from that of the output: the output's gradient, spread out by the stride, under the kernel turned
   * around.
   *
   * @param kernel [image channels, output channels / groups, time, bins].
   */
  backThrough(graph: GraphBuilder, gradient: Value, kernel: Value, groups: number): Value
}

/** @throws RangeError for a kernel of even size, which has no middle. */
export function kernelGeometry(
  name: string,
  image: Shape,
  kernel: Pair,
  stride: Pair,
  dilation: Pair = [1, 1],
): KernelGeometry {
  const { channels, time, bins } = imageShape(name, image)
  if (kernel.some((size) => size % 2 === 0))
    throw new RangeError(`${name} has a kernel of ${kernel}: sizes must be odd`)
  const padTime = (dilation[0] * (kernel[0] - 1)) / 2
  const padBins = (dilation[1] * (kernel[1] - 1)) / 2
  const apart = dilation.some((step) => step > 1)
  const [outTime, outBins] = [Math.ceil(time / stride[0]), Math.ceil(bins / stride[1])]
  const pads = [padTime, padBins, padTime, padBins]

  return {
    channels,
    time,
    bins,
    outTime,
    outBins,
    attributes: { kernel_shape: kernel, strides: stride, pads, ...(apart ? { dilations: dilation } : {}) },

    correlate(graph, value, gradient, groups) {
      const steps = apart ? { strides: dilation } : {}
      const attributes = { kernel_shape: [outTime, outBins], dilations: stride, ...steps, pads, group: groups }
      const sums = graph.op('Conv', [value, gradient], attributes)
      const cut = hasRest(time, stride[0], dilation[0]) ? graph.slice(sums, 2, 0, kernel[0]) : sums
      return hasRest(bins, stride[1], dilation[1]) ? graph.slice(cut, 3, 0, kernel[1]) : cut
    },

    backThrough(graph, gradient, weights, groups) {
      const turned = graph.op('Slice', [
        weights,
        graph.ints(-1, -1),
        graph.ints(-kernel[0] - 1, -kernel[1] - 1),
        graph.ints(2, 3),
        graph.ints(-1, -1),
      ])
      const spread = spreadOut(graph, gradient, { time, bins, outTime, outBins, stride })
      const dilations = apart ? { dilations: dilation } : {}
      return graph.op('Conv', [spread, turned], { kernel_shape: kernel, ...dilations, pads, group: groups })
    },
  }
}

/** Whether the stride leaves a rest at the end, where the gradient would fit too. */
const hasRest = (size: number, step: number, dilation: number): boolean => (size - 1) % step >= dilation

/** Writes zeros between the values, so that they lie where the kernel's middle was: [batch, channels, time, bins]. */
function spreadOut(
  graph: GraphBuilder,
  gradient: Value,
  size: { time: number; bins: number; outTime: number; outBins: number; stride: Pair },
): Value {
  const { time, bins, outTime, outBins, stride } = size
  if (stride[0] === 1 && stride[1] === 1) return gradient
  const apart = graph.op('Pad', [
    graph.reshape(gradient, 0, -1, outTime, 1, outBins, 1),
    graph.ints(0, 0, 0, 0, 0, 0, 0, 0, 0, stride[0] - 1, 0, stride[1] - 1),
  ])
  const [spreadTime, spreadBins] = [outTime * stride[0], outBins * stride[1]]
  const spread = graph.reshape(apart, 0, -1, spreadTime, spreadBins)
  const cut = spreadTime === time ? spread : graph.slice(spread, 2, 0, time)
  return spreadBins === bins ? cut : graph.slice(cut, 3, 0, bins)
}

/** The first two axes, such as samples and channels, change places. */
export const swap = (graph: GraphBuilder, image: Value): Value => graph.op('Transpose', [image], { perm: [1, 0, 2, 3] })
