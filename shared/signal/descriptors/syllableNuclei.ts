import { f0At, type PitchTrack } from './pitch.ts'

const SAMPLE_RATE_HZ = 16_000
const STEP_SAMPLES = 160
/** Width of the window the intensity is smoothed with: 64 ms, longer than a period, shorter than a syllable. */
const WINDOW_SAMPLES = 1024
/** Peaks weaker than this below the loudest are no nuclei. */
const BELOW_LOUDEST_DB = 25
/** The least dip between two nuclei. */
const LEAST_DIP_DB = 2

/**
 * Times in seconds of the syllables' nuclei, after N. H. de Jong and T. Wempe, "Praat script to detect syllable nuclei and measure
 * speech rate automatically", Behavior Research Methods 41 (2009) 385-390: voiced peaks of the intensity, not far below the
 * loudest, with a dip of 2 dB before each.
 *
 * @param samples 16 kHz mono.
 */
export const syllableNuclei = (samples: Float32Array, pitch: PitchTrack): number[] => {
  const intensity = intensityDb(samples)
  const sorted = intensity.toSorted()
  // The 99th percentile, so that one knock does not decide.
  const threshold = sorted[Math.floor(0.99 * (sorted.length - 1))] - BELOW_LOUDEST_DB
  const nuclei: number[] = []
  let candidate = -1
  let valley = Infinity
  const settle = (): void => {
    const time = (candidate * STEP_SAMPLES) / SAMPLE_RATE_HZ
    if (candidate >= 0 && f0At(pitch, time) !== null) nuclei.push(time)
    candidate = -1
  }
  for (const [at, here] of intensity.entries()) {
    valley = Math.min(valley, here)
    if (candidate >= 0 && here < intensity[candidate] - LEAST_DIP_DB) {
      settle()
      valley = here
    } else if (here > threshold && here > valley + LEAST_DIP_DB && (candidate < 0 || here > intensity[candidate])) {
      candidate = at
    }
  }
  settle()
  return nuclei
}

/** Power in dB under a Hann window of 64 ms, every 10 ms from time 0. */
const intensityDb = (samples: Float32Array): Float64Array => {
  const window = Float64Array.from(
    { length: WINDOW_SAMPLES },
    (_, i) => (1 - Math.cos((2 * Math.PI * (i + 0.5)) / WINDOW_SAMPLES)) / WINDOW_SAMPLES,
  )
  return Float64Array.from({ length: Math.floor(samples.length / STEP_SAMPLES) }, (_, step) => {
    const start = step * STEP_SAMPLES - WINDOW_SAMPLES / 2
    let power = 1e-12
    const end = Math.min(samples.length, start + WINDOW_SAMPLES)
    for (let i = Math.max(0, start); i < end; i++) power += window[i - start] * samples[i] * samples[i]
    return 10 * Math.log10(power)
  })
}
