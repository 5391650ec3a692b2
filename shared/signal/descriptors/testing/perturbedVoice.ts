export interface VoiceOptions {
  /** Deviation of each period and each pulse's height, as shares; uniform. */
  readonly jitter: number
  readonly shimmer: number
  /** Height of the white noise beside pulses of 0.3. */
  readonly noise: number
}

/** Seconds of the recording's phrases: the second and third begin after pauses of 0.7 s and 0.4 s. */
export const PHRASES = [
  { from: 0.4, to: 1.6 },
  { from: 2.3, to: 3.3 },
  { from: 3.7, to: 4.5 },
] as const
export const SECONDS = 5
const SAMPLE_RATE_HZ = 16_000

/**
 * A voice by formula, the same everywhere: pulses of a gliding fundamental, each ringing at two formants, four swells a second,
 * with perturbed periods and heights (a linear congruential generator's), in white noise, in three phrases.
 */
export const perturbedVoice = ({ jitter, shimmer, noise }: VoiceOptions): Float32Array => {
  let state = 1
  const random = (): number => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  const samples = new Float32Array(SECONDS * SAMPLE_RATE_HZ)
  for (const { from, to } of PHRASES) {
    for (let time = from; time < to;) {
      const f0 = 120 + 15 * Math.sin(2 * Math.PI * 0.7 * time)
      const swell = 0.65 - 0.35 * Math.cos(2 * Math.PI * 4 * (time - from))
      ring(samples, time, 0.3 * swell * (1 + shimmer * random()))
      time += (1 + jitter * random()) / f0
    }
  }
  return samples.map((sample) => sample + noise * random())
}

/** One pulse: two damped formants that begin between samples. */
const ring = (samples: Float32Array, time: number, height: number): void => {
  const first = Math.ceil(time * SAMPLE_RATE_HZ - 0.5)
  for (let at = first; at < Math.min(samples.length, first + 480); at++) {
    const t = (at + 0.5) / SAMPLE_RATE_HZ - time
    const formants = Math.sin(2 * Math.PI * 650 * t) + 0.5 * Math.sin(2 * Math.PI * 1150 * t)
    samples[at] += height * Math.exp(-2 * Math.PI * 60 * t) * formants
  }
}
