import { COS_144, COS_72, createFft, planPasses, SIN_144, SIN_72 } from './fft.ts'

/** |DFT of factors · samples|²: reads `samples` from `start`, writes each value of the spectrum to its place in `power`. */
export type WeightedPower = (samples: Float32Array, start: number) => void

/**
 * @param factors complex, interleaved: one for each sample read; the rest of the transform's `size` is zero.
 * @param places of the spectrum's values in `power`.
 */
export const createWeightedPower = (
  size: number,
  factors: Float64Array,
  power: Float64Array,
  places: Int32Array,
): WeightedPower => {
  const fused = 2 * size === factors.length && size % 20 === 0
  return (fused ? createFused : createPlain)(size, factors, power, places)
}

const createPlain: typeof createWeightedPower = (size, factors, power, places) => {
  const { input, output, transform } = createFft(size)
  return (samples, start) => {
    for (let i = 0; i < factors.length; i += 2) {
      const sample = samples[start + i / 2]
      input[i] = sample * factors[i]
      input[i + 1] = sample * factors[i + 1]
    }
    input.fill(0, factors.length)
    transform()
    for (let m = 0; m < size; m++) power[places[m]] = output[2 * m] ** 2 + output[2 * m + 1] ** 2
  }
}

/** A quarter faster (bench/features.ts): the first pass weighs what it reads, the last one, which turns nothing, squares what it would write. */
const createFused: typeof createWeightedPower = (size, factors, power, places) => {
  const passes = planPasses(size, new Float64Array(2 * size))
  const first = passes[0]
  const last = passes[passes.length - 1]
  const between = passes.slice(1, -1)
  return (samples, start) => {
    weightedRadix4(samples, start, factors, first.to, first.twiddles)
    for (const pass of between) pass.run(pass.from, pass.to, pass.butterflies, pass.stride, pass.twiddles)
    powerRadix5(last.from, power, places)
  }
}

/** fft.ts's radix 4 at stride 1, on samples times factors. */
const weightedRadix4 = (
  samples: Float32Array,
  start: number,
  factors: Float64Array,
  to: Float64Array,
  twiddles: Float64Array,
): void => {
  const quarter = factors.length / 8
  for (let p = 0, o = 0, t = 0; p < quarter; p++, o += 8, t += 6) {
    const [f, g, h, k] = [2 * p, 2 * (p + quarter), 2 * (p + 2 * quarter), 2 * (p + 3 * quarter)]
    const a = samples[start + p]
    const b = samples[start + p + quarter]
    const c = samples[start + p + 2 * quarter]
    const d = samples[start + p + 3 * quarter]
    const ar = a * factors[f]
    const ai = a * factors[f + 1]
    const br = b * factors[g]
    const bi = b * factors[g + 1]
    const cr = c * factors[h]
    const ci = c * factors[h + 1]
    const dr = d * factors[k]
    const di = d * factors[k + 1]
    const acr = ar + cr
    const aci = ai + ci
    const bdr = br + dr
    const bdi = bi + di
    to[o] = acr + bdr
    to[o + 1] = aci + bdi
    const er = ar - cr
    const ei = ai - ci
    // -i (b - d)
    const fr = bi - di
    const fi = dr - br
    turn(to, o + 2, er + fr, ei + fi, twiddles, t)
    turn(to, o + 4, acr - bdr, aci - bdi, twiddles, t + 2)
    turn(to, o + 6, er - fr, ei - fi, twiddles, t + 4)
  }
}

const turn = (to: Float64Array, at: number, re: number, im: number, twiddles: Float64Array, t: number): void => {
  const wr = twiddles[t]
  const wi = twiddles[t + 1]
  to[at] = re * wr - im * wi
  to[at + 1] = re * wi + im * wr
}

/** fft.ts's radix 5 as the last pass. Written out as there: one butterfly for both, through a scratch array, takes a third longer. */
const powerRadix5 = (from: Float64Array, power: Float64Array, places: Int32Array): void => {
  const stride = places.length / 5
  const leap = 2 * stride
  for (let q = 0, i = 0; q < stride; q++, i += 2) {
    const ar = from[i]
    const ai = from[i + 1]
    const br = from[i + leap]
    const bi = from[i + leap + 1]
    const cr = from[i + 2 * leap]
    const ci = from[i + 2 * leap + 1]
    const dr = from[i + 3 * leap]
    const di = from[i + 3 * leap + 1]
    const er = from[i + 4 * leap]
    const ei = from[i + 4 * leap + 1]
    const s1r = br + er
    const s1i = bi + ei
    const s2r = cr + dr
    const s2i = ci + di
    const d1r = br - er
    const d1i = bi - ei
    const d2r = cr - dr
    const d2i = ci - di
    const m1r = ar + COS_72 * s1r + COS_144 * s2r
    const m1i = ai + COS_72 * s1i + COS_144 * s2i
    const m2r = ar + COS_144 * s1r + COS_72 * s2r
    const m2i = ai + COS_144 * s1i + COS_72 * s2i
    // -i times the odd part
    const n1r = SIN_72 * d1i + SIN_144 * d2i
    const n1i = -SIN_72 * d1r - SIN_144 * d2r
    const n2r = SIN_144 * d1i - SIN_72 * d2i
    const n2i = SIN_72 * d2r - SIN_144 * d1r
    power[places[q]] = square(ar + s1r + s2r, ai + s1i + s2i)
    power[places[q + stride]] = square(m1r + n1r, m1i + n1i)
    power[places[q + 2 * stride]] = square(m2r + n2r, m2i + n2i)
    power[places[q + 3 * stride]] = square(m2r - n2r, m2i - n2i)
    power[places[q + 4 * stride]] = square(m1r - n1r, m1i - n1i)
  }
}

const square = (re: number, im: number): number => re * re + im * im
