/**
 * Forward complex FFT of a fixed size (a product of 2, 3, 4 and 5), self-sorting (Stockham), without allocation after planning.
 * Numbers are interleaved (re, im): fill `input` (2 * size values), call `transform()`, read `output`. `input` is overwritten.
 * Source: C. Van Loan, Computational Frameworks for the FFT (1992), chapters 1.7 (Stockham) and 2.4 (radix 3, 4, 5 butterflies).
 */
export interface Fft {
  readonly size: number
  readonly input: Float64Array
  readonly output: Float64Array
  transform(): void
}

/** One pass: `length / radix` butterflies of `stride` interleaved transforms; `twiddles` holds radix - 1 factors a butterfly. */
export interface Pass {
  readonly run: (
    from: Float64Array,
    to: Float64Array,
    butterflies: number,
    stride: number,
    twiddles: Float64Array,
  ) => void
  readonly from: Float64Array
  readonly to: Float64Array
  readonly butterflies: number
  readonly stride: number
  readonly twiddles: Float64Array
}

const radix2: Pass['run'] = (from, to, butterflies, stride, twiddles) => {
  const leap = 2 * stride * butterflies
  const step = 2 * stride
  for (let p = 0, i = 0, o = 0; p < butterflies; p++, o += step) {
    const w1r = twiddles[2 * p]
    const w1i = twiddles[2 * p + 1]
    for (const end = i + step; i < end; i += 2, o += 2) {
      const ar = from[i]
      const ai = from[i + 1]
      const br = from[i + leap]
      const bi = from[i + leap + 1]
      to[o] = ar + br
      to[o + 1] = ai + bi
      const cr = ar - br
      const ci = ai - bi
      to[o + step] = cr * w1r - ci * w1i
      to[o + step + 1] = cr * w1i + ci * w1r
    }
  }
}

const SIN_60 = Math.sqrt(3) / 2

const radix3: Pass['run'] = (from, to, butterflies, stride, twiddles) => {
  const leap = 2 * stride * butterflies
  const step = 2 * stride
  for (let p = 0, i = 0, o = 0, t = 0; p < butterflies; p++, o += 2 * step, t += 4) {
    const w1r = twiddles[t]
    const w1i = twiddles[t + 1]
    const w2r = twiddles[t + 2]
    const w2i = twiddles[t + 3]
    for (const end = i + step; i < end; i += 2, o += 2) {
      const ar = from[i]
      const ai = from[i + 1]
      const br = from[i + leap]
      const bi = from[i + leap + 1]
      const cr = from[i + 2 * leap]
      const ci = from[i + 2 * leap + 1]
      const sr = br + cr
      const si = bi + ci
      const mr = ar - 0.5 * sr
      const mi = ai - 0.5 * si
      const dr = SIN_60 * (bi - ci)
      const di = SIN_60 * (cr - br)
      to[o] = ar + sr
      to[o + 1] = ai + si
      const yr = mr + dr
      const yi = mi + di
      to[o + step] = yr * w1r - yi * w1i
      to[o + step + 1] = yr * w1i + yi * w1r
      const zr = mr - dr
      const zi = mi - di
      to[o + 2 * step] = zr * w2r - zi * w2i
      to[o + 2 * step + 1] = zr * w2i + zi * w2r
    }
  }
}

const radix4: Pass['run'] = (from, to, butterflies, stride, twiddles) => {
  const leap = 2 * stride * butterflies
  const step = 2 * stride
  for (let p = 0, i = 0, o = 0, t = 0; p < butterflies; p++, o += 3 * step, t += 6) {
    const w1r = twiddles[t]
    const w1i = twiddles[t + 1]
    const w2r = twiddles[t + 2]
    const w2i = twiddles[t + 3]
    const w3r = twiddles[t + 4]
    const w3i = twiddles[t + 5]
    for (const end = i + step; i < end; i += 2, o += 2) {
      const ar = from[i]
      const ai = from[i + 1]
      const br = from[i + leap]
      const bi = from[i + leap + 1]
      const cr = from[i + 2 * leap]
      const ci = from[i + 2 * leap + 1]
      const dr = from[i + 3 * leap]
      const di = from[i + 3 * leap + 1]
      const acr = ar + cr
      const aci = ai + ci
      const bdr = br + dr
      const bdi = bi + di
      to[o] = acr + bdr
      to[o + 1] = aci + bdi
      const yr = acr - bdr
      const yi = aci - bdi
      to[o + 2 * step] = yr * w2r - yi * w2i
      to[o + 2 * step + 1] = yr * w2i + yi * w2r
      const er = ar - cr
      const ei = ai - ci
      // -i (b - d)
      const fr = bi - di
      const fi = dr - br
      const xr = er + fr
      const xi = ei + fi
      to[o + step] = xr * w1r - xi * w1i
      to[o + step + 1] = xr * w1i + xi * w1r
      const zr = er - fr
      const zi = ei - fi
      to[o + 3 * step] = zr * w3r - zi * w3i
      to[o + 3 * step + 1] = zr * w3i + zi * w3r
    }
  }
}

export const COS_72 = Math.cos((2 * Math.PI) / 5)
export const SIN_72 = Math.sin((2 * Math.PI) / 5)
export const COS_144 = Math.cos((4 * Math.PI) / 5)
export const SIN_144 = Math.sin((4 * Math.PI) / 5)

const radix5: Pass['run'] = (from, to, butterflies, stride, twiddles) => {
  const leap = 2 * stride * butterflies
  const step = 2 * stride
  for (let p = 0, i = 0, o = 0, t = 0; p < butterflies; p++, o += 4 * step, t += 8) {
    const w1r = twiddles[t]
    const w1i = twiddles[t + 1]
    const w2r = twiddles[t + 2]
    const w2i = twiddles[t + 3]
    const w3r = twiddles[t + 4]
    const w3i = twiddles[t + 5]
    const w4r = twiddles[t + 6]
    const w4i = twiddles[t + 7]
    for (const end = i + step; i < end; i += 2, o += 2) {
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
      to[o] = ar + s1r + s2r
      to[o + 1] = ai + s1i + s2i
      const m1r = ar + COS_72 * s1r + COS_144 * s2r
      const m1i = ai + COS_72 * s1i + COS_144 * s2i
      const m2r = ar + COS_144 * s1r + COS_72 * s2r
      const m2i = ai + COS_144 * s1i + COS_72 * s2i
      // -i times the odd part
      const n1r = SIN_72 * d1i + SIN_144 * d2i
      const n1i = -SIN_72 * d1r - SIN_144 * d2r
      const n2r = SIN_144 * d1i - SIN_72 * d2i
      const n2i = SIN_72 * d2r - SIN_144 * d1r
      const y1r = m1r + n1r
      const y1i = m1i + n1i
      to[o + step] = y1r * w1r - y1i * w1i
      to[o + step + 1] = y1r * w1i + y1i * w1r
      const y2r = m2r + n2r
      const y2i = m2i + n2i
      to[o + 2 * step] = y2r * w2r - y2i * w2i
      to[o + 2 * step + 1] = y2r * w2i + y2i * w2r
      const y3r = m2r - n2r
      const y3i = m2i - n2i
      to[o + 3 * step] = y3r * w3r - y3i * w3i
      to[o + 3 * step + 1] = y3r * w3i + y3i * w3r
      const y4r = m1r - n1r
      const y4i = m1i - n1i
      to[o + 4 * step] = y4r * w4r - y4i * w4i
      to[o + 4 * step + 1] = y4r * w4i + y4i * w4r
    }
  }
}

const KERNELS = [
  { radix: 4, run: radix4 },
  { radix: 2, run: radix2 },
  { radix: 3, run: radix3 },
  { radix: 5, run: radix5 },
]

/** The kernels whose radices multiply to `size`. */
const factor = (size: number): typeof KERNELS => {
  const found: typeof KERNELS = []
  let left = size
  for (const kernel of KERNELS) {
    for (; left % kernel.radix === 0; left /= kernel.radix) found.push(kernel)
  }
  if (left !== 1) throw new RangeError(`No FFT of size ${size}: only products of 2, 3 and 5 are supported`)
  return found
}

const twiddlesOf = (length: number, radix: number): Float64Array => {
  const butterflies = length / radix
  const twiddles = new Float64Array(2 * butterflies * (radix - 1))
  for (let p = 0, t = 0; p < butterflies; p++) {
    for (let r = 1; r < radix; r++) {
      const angle = (-2 * Math.PI * ((p * r) % length)) / length
      twiddles[t++] = Math.cos(angle)
      twiddles[t++] = Math.sin(angle)
    }
  }
  return twiddles
}

/**
 * The passes of a transform in order, each reading what the one before wrote; the first reads `input`.
 * @throws RangeError when a prime above 5 divides `size`.
 */
export const planPasses = (size: number, input: Float64Array<ArrayBuffer>): readonly Pass[] => {
  const scratch = new Float64Array(2 * size)
  const passes: Pass[] = []
  let length = size
  let from = input
  let to = scratch
  for (const { radix, run } of factor(size)) {
    const butterflies = length / radix
    passes.push({ run, from, to, butterflies, stride: size / length, twiddles: twiddlesOf(length, radix) })
    ;[from, to] = [to, from]
    length = butterflies
  }
  return passes
}

/** Plans the transform: factors, twiddle factors and buffers. @throws RangeError when a prime above 5 divides `size`. */
export const createFft = (size: number): Fft => {
  const input = new Float64Array(2 * size)
  const passes = planPasses(size, input)
  return {
    size,
    input,
    output: passes.at(-1)?.to ?? input,
    transform: () => {
      for (const pass of passes) pass.run(pass.from, pass.to, pass.butterflies, pass.stride, pass.twiddles)
    },
  }
}
