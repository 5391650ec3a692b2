const SAMPLE_RATE_HZ = 16_000
/** Where the shelf has half of its gain: between vowels and fricatives, where microphones differ most. */
const SHELF_HZ = 2500

interface Biquad {
  readonly b: readonly [number, number, number]
  /** Of one and two samples before; the present one's is 1. */
  readonly a: readonly [number, number]
}

/**
 * A recording as another microphone would give it: a second-order high-pass (Butterworth) at `lowCutHz` and a shelf of `shelfDb`
 * above 2.5 kHz. Filters of Bristow-Johnson's Audio EQ Cookbook (https://www.w3.org/TR/audio-eq-cookbook/).
 *
 * @param samples 16 kHz mono; left as they are.
 */
export function throughChannel(
  samples: Float32Array,
  { lowCutHz, shelfDb }: { readonly lowCutHz: number; readonly shelfDb: number },
): Float32Array<ArrayBuffer> {
  return filtered(filtered(samples, highPass(lowCutHz)), highShelf(shelfDb))
}

function highPass(hz: number): Biquad {
  const { cos, alpha } = angle(hz)
  const side = (1 + cos) / 2
  return normalised([side, -2 * side, side], [1 + alpha, -2 * cos, 1 - alpha])
}

function highShelf(decibels: number): Biquad {
  const { cos, alpha } = angle(SHELF_HZ)
  const gain = 10 ** (decibels / 40)
  const root = 2 * Math.sqrt(gain) * alpha
  return normalised(
    [
      gain * (gain + 1 + (gain - 1) * cos + root),
      -2 * gain * (gain - 1 + (gain + 1) * cos),
      gain * (gain + 1 + (gain - 1) * cos - root),
    ],
    [gain + 1 - (gain - 1) * cos + root, 2 * (gain - 1 - (gain + 1) * cos), gain + 1 - (gain - 1) * cos - root],
  )
}

function angle(hz: number): { readonly cos: number; readonly alpha: number } {
  const omega = (2 * Math.PI * hz) / SAMPLE_RATE_HZ
  // Q = 1 / sqrt(2): no peak at the edge.
  return { cos: Math.cos(omega), alpha: Math.sin(omega) * Math.SQRT1_2 }
}

const normalised = (
  [b0, b1, b2]: readonly [number, number, number],
  [a0, a1, a2]: readonly [number, number, number],
): Biquad => ({ b: [b0 / a0, b1 / a0, b2 / a0], a: [a1 / a0, a2 / a0] })

/** Direct form I, in float64. */
function filtered(samples: Float32Array, { b: [b0, b1, b2], a: [a1, a2] }: Biquad): Float32Array<ArrayBuffer> {
  const out = new Float32Array(samples.length)
  let [x1, x2, y1, y2] = [0, 0, 0, 0]
  for (const [at, x] of samples.entries()) {
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
    ;[x1, x2, y1, y2] = [x, x1, y, y1]
    out[at] = y
  }
  return out
}
