/** Changes the sample rate of a stream. Output sample m stands at the same time as input sample m * fromHz / toHz: no delay. */
export interface Resampler {
  /** Takes the next samples and gives those that they decide. */
  push(chunk: Float32Array): Float32Array
  /** Gives the rest, silence assumed after the end: ceil(n * toHz / fromHz) samples in all. The resampler is then over. */
  flush(): Float32Array
}

/** Zero crossings of the sinc on each side, and the share of the lower Nyquist frequency that passes: torchaudio's defaults. */
const ZERO_CROSSINGS = 6
const ROLLOFF = 0.99

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))

/** The filter's taps for each of the `up` positions an output sample can have between input samples. */
interface Phases {
  readonly taps: Float64Array
  readonly tapsPerPhase: number
  /** First input sample of phase p, relative to floor(p * down / up). */
  readonly reach: number
}

const designPhases = (down: number, up: number): Phases => {
  const cutoff = Math.min(down, up) * ROLLOFF
  const halfWidth = (ZERO_CROSSINGS * down) / cutoff
  const reach = Math.ceil(halfWidth)
  const tapsPerPhase = 2 * reach + 1
  const taps = new Float64Array(up * tapsPerPhase)
  for (let phase = 0; phase < up; phase++) {
    const fraction = ((phase * down) % up) / up
    for (let tap = 0; tap < tapsPerPhase; tap++) {
      const crossings = ((tap - reach - fraction) * cutoff) / down
      if (Math.abs(crossings) >= ZERO_CROSSINGS) continue
      const window = Math.cos((crossings * Math.PI) / (2 * ZERO_CROSSINGS)) ** 2
      const angle = crossings * Math.PI
      taps[phase * tapsPerPhase + tap] = (crossings === 0 ? 1 : Math.sin(angle) / angle) * window * (cutoff / down)
    }
  }
  return { taps, tapsPerPhase, reach }
}

/**
 * Band-limited interpolation with a Hann-windowed sinc (J. O. Smith, Digital Audio Resampling), in float64, the kernel of torchaudio's
 * default `resample`: models trained on audio resampled by either hear the same. It is gentle near the new Nyquist frequency; measured from
 * 48 and 44.1 to 16 kHz: 6 kHz -0.1 dB, 7 kHz -1.8, 8 kHz about -6; aliases of 9 kHz -17, of 9.5 kHz -26, from 10 kHz on -44 and less,
 * from 14 kHz on -74 and less.
 * @throws RangeError when a rate is not a positive whole number of hertz.
 */
export const createResampler = (fromHz: number, toHz: number): Resampler => {
  if (!(Number.isInteger(fromHz) && Number.isInteger(toHz) && fromHz > 0 && toHz > 0)) {
    throw new RangeError(`Cannot resample from ${fromHz} Hz to ${toHz} Hz: rates are positive whole numbers of hertz`)
  }
  if (fromHz === toHz) return { push: (chunk) => chunk.slice(), flush: () => new Float32Array(0) }
  const divisor = greatestCommonDivisor(fromHz, toHz)
  const down = fromHz / divisor
  const up = toHz / divisor
  const { taps, tapsPerPhase, reach } = designPhases(down, up)
  /** Input not yet done with, from input sample `heldFrom`; silence before the start. */
  let held = new Float32Array(reach)
  let heldFrom = -reach
  let received = 0
  let given = 0

  const take = (chunk: Float32Array): void => {
    const firstNeeded = Math.floor((given * down) / up) - reach
    const kept = held.subarray(Math.min(held.length, firstNeeded - heldFrom))
    const joined = new Float32Array(kept.length + chunk.length)
    joined.set(kept)
    joined.set(chunk, kept.length)
    heldFrom += held.length - kept.length
    held = joined
  }

  const give = (end: number): Float32Array => {
    const out = new Float32Array(Math.max(0, end - given))
    for (let i = 0; i < out.length; i++, given++) {
      const first = Math.floor((given * down) / up) - reach - heldFrom
      const row = (given % up) * tapsPerPhase
      let sum = 0
      for (let tap = 0; tap < tapsPerPhase; tap++) sum += held[first + tap] * taps[row + tap]
      out[i] = sum
    }
    return out
  }

  return {
    push: (chunk) => {
      take(chunk)
      received += chunk.length
      // Output m needs input up to floor(m * down / up) + reach.
      return give(Math.ceil(((received - reach) * up) / down))
    },
    flush: () => {
      take(new Float32Array(reach + 1))
      return give(Math.ceil((received * up) / down))
    },
  }
}

/** A whole signal at another rate: ceil(n * toHz / fromHz) samples, equal to any stream of its pieces. */
export const resample = (samples: Float32Array, fromHz: number, toHz: number): Float32Array => {
  const resampler = createResampler(fromHz, toHz)
  const body = resampler.push(samples)
  const tail = resampler.flush()
  const whole = new Float32Array(body.length + tail.length)
  whole.set(body)
  whole.set(tail, body.length)
  return whole
}
