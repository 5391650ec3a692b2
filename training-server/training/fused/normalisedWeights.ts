import { readFileSync } from 'node:fs'
import { EPSILON } from '../graph/groupNorm.ts'

/**
 * Convolution of one channel along time with dilation 2, and group normalisation, as one convolution with other weights a sample: the
 * output is linear in the kernel's few taps, so its mean and variance follow from the sums of the taps' products, with no pass over
 * the activations at all. In float64: channels that answer to small differences would cancel in float32.
 */
export interface OneChannelShape {
  /** Of one sample's features. */
  readonly time: number
  readonly bins: number
  readonly channels: number
  /** Taps of the convolution. */
  readonly kernel: number
  readonly groups: number
}

/**
 * What this file computes, as part of what a network is: edited in any way, it is another network, whose unfinished checkpoints are
 * refused.
 */
export const normalisedWeightsSource = (): string => `${EPSILON}\n${readFileSync(import.meta.filename, 'utf8')}`

/**
 * Sums over all times and bins of the products of what two taps see, the last being the ones: [kernel + 1, kernel + 1].
 *
 * @param linesTimes the sum over the bins of each line's product with the line so many times later, or with the ones.
 */
export function tapProducts(
  { time, bins, kernel }: OneChannelShape,
  linesTimes: (apart: number | 'ones') => Float64Array,
): Float64Array {
  const rows = kernel + 1
  const outTime = time - 2 * (kernel - 1)
  const products = new Float64Array(rows * rows)
  const put = (a: number, b: number, perLine: Float64Array) => {
    let sum = 0
    for (let line = 2 * a; line < 2 * a + outTime; line += 1) sum += perLine[line]
    products[a * rows + b] = sum
    products[b * rows + a] = sum
  }
  // What two taps see is the same two lines, moved on.
  for (let apart = 0; apart < kernel; apart += 1) {
    const perLine = linesTimes(2 * apart)
    for (let tap = 0; tap + apart < kernel; tap += 1) put(tap, tap + apart, perLine)
  }
  const sums = linesTimes('ones')
  for (let tap = 0; tap < kernel; tap += 1) put(tap, kernel, sums)
  products[rows * rows - 1] = outTime * bins
  return products
}

/** Writes what normalising is of a sample, and gives the weights and biases of the normalised, scaled and offset convolution, [channels, rows]. */
export function normalisedWeights(
  { time, bins, channels, kernel, groups }: OneChannelShape,
  products: Float64Array,
  [weight, bias, scale, offset]: readonly Float32Array[],
  to: Record<'normal' | 'seenByNormal' | 'inverse' | 'sums', Float32Array>,
): Float64Array {
  const rows = kernel + 1
  const perGroup = channels / groups
  const size = perGroup * bins * (time - 2 * (kernel - 1))
  const sums = products.subarray(kernel * rows)
  to.sums.set(sums)
  /** Of the centred output: its weights, and sums of its products with what each tap sees. */
  const centred = new Float64Array(channels * rows)
  const seen = new Float64Array(channels * rows)
  const inverse = new Float64Array(channels)
  for (let channel = 0; channel < channels; channel += 1) {
    centred.set(weight.subarray(channel * kernel, (channel + 1) * kernel), channel * rows)
    centred[channel * rows + kernel] = bias[channel]
  }
  for (let first = 0; first < channels; first += perGroup) {
    const [from, end] = [first * rows, (first + perGroup) * rows]
    let total = 0
    for (let at = from; at < end; at += 1) total += centred[at] * sums[(at - from) % rows]
    for (let at = from + kernel; at < end; at += rows) centred[at] -= total / size
    let squares = 0
    for (let at = from; at < end; at += 1) {
      const row = (at - from) % rows
      for (let other = 0; other < rows; other += 1) seen[at] += centred[at - row + other] * products[row * rows + other]
      squares += centred[at] * seen[at]
    }
    inverse.fill(1 / Math.sqrt(squares / size + EPSILON), first, first + perGroup)
  }
  to.inverse.set(inverse)
  const affine = new Float64Array(channels * rows)
  for (let at = 0; at < affine.length; at += 1) {
    const channel = Math.floor(at / rows)
    const normal = centred[at] * inverse[channel]
    to.normal[at] = normal
    to.seenByNormal[at] = seen[at] * inverse[channel]
    affine[at] = normal * scale[channel] + (at % rows === kernel ? offset[channel] : 0)
  }
  return affine
}
