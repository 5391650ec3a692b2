import { power } from './roomTone.ts'

const FRAME_SAMPLES = 320
/** Frames within 30 dB of the loudest are taken for speech: an average over pauses would put more noise on who pauses more. */
const SPEECH_SHARE = 1e-3

/**
 * Adds noise so that speech lies `snrDb` above it.
 *
 * @param noise as long as the samples.
 * @returns null where the noise is digital silence: nothing was added, and nothing must count as heard in noise.
 */
export function withNoiseAtSnr(samples: Float32Array, noise: Float32Array, snrDb: number): Float32Array | null {
  const noisePower = power(noise, 0, noise.length)
  if (noisePower === 0) return null
  const gain = Math.sqrt(speechPower(samples) / noisePower / 10 ** (snrDb / 10))
  return samples.map((value, at) => value + gain * (noise[at] ?? 0))
}

/** Mean square of the 20 ms frames that are loud enough to be speech. */
export function speechPower(samples: Float32Array): number {
  const frames: number[] = []
  for (let from = 0; from < samples.length; from += FRAME_SAMPLES) {
    frames.push(power(samples, from, Math.min(samples.length, from + FRAME_SAMPLES)))
  }
  const loudest = Math.max(...frames)
  const speech = frames.filter((value) => value >= SPEECH_SHARE * loudest)
  return speech.reduce((sum, value) => sum + value, 0) / speech.length
}
