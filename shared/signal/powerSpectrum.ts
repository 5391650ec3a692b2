import { createFft } from './fft.ts'
import { createWeightedPower } from './weightedPower.ts'

/** |DFT|² of windowed real samples, zero-padded to nFft: bins 0 .. nFft / 2. */
export interface PowerSpectrum {
  readonly bins: number
  /** Overwritten by each `analyse`. */
  readonly power: Float64Array
  /** Reads `window.length` samples from `start`. */
  analyse(samples: Float32Array, start: number): void
}

/** The shortest even divisor of nFft that holds the window: the DFT is taken in parts of that length. */
const partLength = (windowLength: number, nFft: number): number => {
  for (let length = Math.max(2, windowLength); length < nFft; length++) {
    if (length % 2 === 0 && nFft % length === 0) return length
  }
  return nFft
}

/**
 * Where the window is shorter than the transform (SPIRA: 400 of 1200) most inputs are zero. With nFft = q N and all samples in the first
 * N, bins q m + r are an N-point DFT of x[n] exp(-2πi r n / nFft); bins of q - r are its mirror. So 601 bins cost one real and one
 * complex transform of 400 points. Power does not depend on where the window stands in the frame, so it stands at 0.
 * @throws RangeError when nFft is odd, has a prime factor above 5, or is shorter than the window.
 */
export const createPowerSpectrum = (window: Float64Array, nFft: number): PowerSpectrum => {
  if (nFft % 2 !== 0 || window.length > nFft) {
    throw new RangeError(`nFft must be even and at least the window's ${window.length} samples, not ${nFft}`)
  }
  const n = partLength(window.length, nFft)
  const parts = nFft / n
  const power = new Float64Array(nFft / 2 + 1)
  const analyseReal = createRealPart(window, n, parts, power)
  const shifted = Array.from({ length: Math.floor(parts / 2) }, (_, i) =>
    createShiftedPart(window, n, parts, i + 1, power),
  )
  return {
    bins: power.length,
    power,
    analyse: (samples, start) => {
      analyseReal(samples, start)
      for (const analyseShifted of shifted) analyseShifted(samples, start)
    },
  }
}

/** Bins 0, parts, 2 parts, ...: a real DFT of n points through a complex one of n / 2 (even samples real, odd ones imaginary). */
const createRealPart = (window: Float64Array, n: number, parts: number, power: Float64Array) => {
  const half = n / 2
  const fft = createFft(half)
  const { input, output } = fft
  const twiddles = new Float64Array(n)
  for (let k = 0; k < half; k++) {
    twiddles[2 * k] = Math.cos((2 * Math.PI * k) / n)
    twiddles[2 * k + 1] = -Math.sin((2 * Math.PI * k) / n)
  }
  return (samples: Float32Array, start: number): void => {
    const length = window.length
    for (let i = 0; i < length; i++) input[i] = samples[start + i] * window[i]
    input.fill(0, length)
    fft.transform()
    const dcEven = output[0]
    const dcOdd = output[1]
    power[0] = (dcEven + dcOdd) ** 2
    power[half * parts] = (dcEven - dcOdd) ** 2
    for (let k = 1, mirror = half - 1; k <= mirror; k++, mirror--) {
      const zr = output[2 * k]
      const zi = output[2 * k + 1]
      const mr = output[2 * mirror]
      const mi = output[2 * mirror + 1]
      const evenR = 0.5 * (zr + mr)
      const evenI = 0.5 * (zi - mi)
      const oddR = 0.5 * (zi + mi)
      const oddI = 0.5 * (mr - zr)
      const wr = twiddles[2 * k]
      const wi = twiddles[2 * k + 1]
      const turnedR = oddR * wr - oddI * wi
      const turnedI = oddR * wi + oddI * wr
      const lowR = evenR + turnedR
      const lowI = evenI + turnedI
      const highR = evenR - turnedR
      const highI = evenI - turnedI
      power[k * parts] = lowR * lowR + lowI * lowI
      power[mirror * parts] = highR * highR + highI * highI
    }
  }
}

/** Bins parts m + shift and, mirrored, parts m - shift. */
const createShiftedPart = (window: Float64Array, n: number, parts: number, shift: number, power: Float64Array) => {
  const nFft = n * parts
  const factors = new Float64Array(2 * window.length)
  window.forEach((weight, i) => {
    const angle = (-2 * Math.PI * ((shift * i) % nFft)) / nFft
    factors[2 * i] = weight * Math.cos(angle)
    factors[2 * i + 1] = weight * Math.sin(angle)
  })
  const places = Int32Array.from({ length: n }, (_, m) => {
    const bin = parts * m + shift
    return bin < power.length ? bin : nFft - bin
  })
  return createWeightedPower(n, factors, power, places)
}
