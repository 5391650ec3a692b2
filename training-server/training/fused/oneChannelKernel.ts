import { lastDropped } from '../graph/dropout.ts'
import { elementCount, type Shape } from '../graph/layer.ts'
import { assemble } from './assemble.ts'
import type { FusedKernel, LoadedKernel } from './fusedKernel.ts'
import { lineProductsText } from './lineProducts.ts'
import { MISH_PAIRS_CONSTANTS, MISH_PAIRS_OVERHANG, mishPairsText } from './mishPairs.ts'
import { normalisedWeights, normalisedWeightsSource, tapProducts, type OneChannelShape } from './normalisedWeights.ts'

export interface OneChannelOptions extends OneChannelShape {
  readonly dropShare: number
  /** Names of weight and bias of the convolution, scale and offset of the normalisation. */
  readonly parameters: readonly string[]
}

/** Names of what the kernel gives. */
const RESULTS = ['value', 'slopeEven', 'slopeOdd', 'even', 'odd', 'normal', 'seenByNormal', 'inverse', 'sums'] as const
type Result = (typeof RESULTS)[number]

/**
 * The first block of a network in one pass (graph/oneChannelBlock.ts): convolution of one channel along time with dilation 2, group
 * normalisation, Mish, the larger of each two neighbours in time, dropout. Results of a sample, with `half` pairs of times, and `rows` for the
 * taps and a row of ones, whose weight is the bias:
 *
 *  value                [channels, half, bins] the block's output
 *  slopeEven, slopeOdd  [channels, half x bins] its derivatives by the normalised convolution at the even and the odd times
 *  even, odd            [half + kernel - 1, bins] every second time of the features
 *  normal               [channels, rows] the convolution's weights and bias, normalised
 *  seenByNormal         [channels, rows] sums over all times and bins of the normalised output's products with what each tap sees
 *  inverse              [channels, 1] one over the deviation
 *  sums                 [1, rows] sums of what each tap sees
 */
export function oneChannelKernel(options: OneChannelOptions): FusedKernel<Result> {
  const { time, bins, channels, kernel, dropShare } = options
  const outTime = time - 2 * (kernel - 1)
  const half = Math.floor(outTime / 2)
  const [rows, count, seen] = [kernel + 1, half * bins, half + kernel - 1]
  const results: Record<Result, Shape> = {
    value: [channels, half, bins],
    slopeEven: [channels, count],
    slopeOdd: [channels, count],
    even: [seen, bins],
    odd: [seen, bins],
    normal: [channels, rows],
    seenByNormal: [channels, rows],
    inverse: [channels, 1],
    sums: [1, rows],
  }
  const sizeOf = (name: Result) => elementCount(results[name])

  const functions = [mishPairsText({ kernel, bins }), lineProductsText({ bins })]

  async function load(batch: number): Promise<LoadedKernel<Result>> {
    // Each list at an address of its own, with room for what is read and written past its end.
    let bytes = 0
    const place = (numbers: number, bytesEach = 4) => {
      const address = bytes
      bytes += 16 * Math.ceil((bytesEach * (numbers + MISH_PAIRS_OVERHANG)) / 16)
      return address
    }
    const constants = place(MISH_PAIRS_CONSTANTS.length)
    const weights = place(rows)
    // Two numbers a pair, and so is what lies past its end.
    const powers = place(2 * (count + MISH_PAIRS_OVERHANG))
    const image = place(time * bins)
    const ones = place(bins)
    const perLine = place(time, 8)
    const drawn = place(batch * channels * count, 2)
    const at = byResult((name) => place(batch * sizeOf(name)))

    const module = await assemble(
      'oneChannelKernel',
      `(module (memory (export "memory") ${Math.ceil(bytes / 2 ** 16)}) ${functions.join('\n')})`,
    )
    const { memory, mishPairs, lineProducts } = (await WebAssembly.instantiate(module)).exports as unknown as Exports
    const floats = (address: number, length: number) => new Float32Array(memory.buffer, address, length)
    floats(constants, MISH_PAIRS_CONSTANTS.length).set(MISH_PAIRS_CONSTANTS)
    floats(ones, bins).fill(1)
    const own = {
      weights: floats(weights, rows),
      image: floats(image, time * bins),
      perLine: new Float64Array(memory.buffer, perLine, time),
    }
    const lists = byResult((name) => floats(at[name], batch * sizeOf(name)))
    const ofSample = (name: Result, sample: number) =>
      lists[name].subarray(sample * sizeOf(name), (sample + 1) * sizeOf(name))
    const last = lastDropped(dropShare)
    const scale = 1 / (1 - dropShare)

    /** Writes the products of the image's lines with those `apart` further, or with the ones. */
    const linesTimes = (apart: number | 'ones') => {
      if (apart === 'ones') lineProducts(image, ones, 0, perLine, perLine + 8 * time)
      else lineProducts(image, image + 4 * apart * bins, 4 * bins, perLine, perLine + 8 * (time - apart))
      return own.perLine
    }

    return {
      drawn: new Uint16Array(memory.buffer, drawn, dropShare === 0 ? 0 : batch * channels * count),
      results: lists,
      run(features, parameters) {
        for (let sample = 0; sample < batch; sample += 1) {
          own.image.set(features.subarray(sample * time * bins, (sample + 1) * time * bins))
          const [even, odd] = [ofSample('even', sample), ofSample('odd', sample)]
          for (let line = 0; line < seen; line += 1) {
            even.set(own.image.subarray(2 * line * bins, (2 * line + 1) * bins), line * bins)
            odd.set(own.image.subarray((2 * line + 1) * bins, (2 * line + 2) * bins), line * bins)
          }
          const affine = normalisedWeights(options, tapProducts(options, linesTimes), parameters, {
            normal: ofSample('normal', sample),
            seenByNormal: ofSample('seenByNormal', sample),
            inverse: ofSample('inverse', sample),
            sums: ofSample('sums', sample),
          })
          for (let channel = 0; channel < channels; channel += 1) {
            for (let row = 0; row < rows; row += 1) own.weights[row] = Math.LOG2E * affine[channel * rows + row]
            // In the order of the channels: what one writes past its end, the next writes again.
            const index = sample * channels + channel
            mishPairs(
              weights,
              at.even + 4 * sample * seen * bins,
              at.odd + 4 * sample * seen * bins,
              drawn + 2 * index * count,
              at.value + 4 * index * count,
              at.slopeEven + 4 * index * count,
              at.slopeOdd + 4 * index * count,
              powers,
              count,
              last,
              scale,
            )
          }
        }
      },
    }
  }

  return {
    source: () =>
      [JSON.stringify(options), ...functions, MISH_PAIRS_CONSTANTS.join(' '), normalisedWeightsSource()].join('\n'),
    parameters: options.parameters,
    results,
    load,
  }
}

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly mishPairs: (...addressesAndNumbers: readonly number[]) => void
  readonly lineProducts: (first: number, second: number, secondStep: number, sums: number, end: number) => void
}

const byResult = <Value>(of: (name: Result) => Value): Record<Result, Value> =>
  Object.fromEntries(RESULTS.map((name) => [name, of(name)])) as Record<Result, Value>
