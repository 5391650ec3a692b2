import { createFft } from '../fft.ts'
import { improveMaximum, interpolate } from './sincInterpolation.ts'

const SAMPLE_RATE_HZ = 16_000
const SAMPLE_SECONDS = 1 / SAMPLE_RATE_HZ

export const PITCH_SETTINGS = {
  /** The range looked in. Praat's defaults, which suit adults. */
  floorHz: 75,
  ceilingHz: 600,
  /** A frame whose peak is below this share of the recording's is likely silent. */
  silenceThreshold: 0.03,
  /** A frame whose strongest candidate is weaker than this is likely voiceless. */
  voicingThreshold: 0.45,
  /** Of equally strong candidates the higher frequency is the fundamental. */
  octaveCost: 0.01,
  /** Costs of a jump of an octave and of a change of voicing between frames 10 ms apart. */
  octaveJumpCost: 0.35,
  voicingChangeCost: 0.14,
} as const

/** A frequency a frame may have; 0 Hz is "voiceless". */
export interface PitchCandidate {
  readonly frequencyHz: number
  /** Height of the autocorrelation's peak: 1 for a perfectly periodic frame. */
  readonly strength: number
}

export interface PitchFrame {
  /** Largest amplitude of the frame's middle as a share of the recording's. */
  readonly intensity: number
  readonly candidates: readonly PitchCandidate[]
}

export interface PitchFrames {
  /** Times in seconds from the start of the recording. */
  readonly firstTime: number
  readonly timeStep: number
  readonly frames: readonly PitchFrame[]
}

const MAX_CANDIDATES = 14
/** Neighbours for a first estimate of a peak's height, and for its final place. */
const COARSE_DEPTH = 30
const FINE_DEPTH = 70
const FINEST_DEPTH = 700
const PERIODS_IN_WINDOW = 3

/**
 * The autocorrelation method of P. Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise
 * ratio of a sampled sound", IFA Proceedings 17 (1993) 97-110, as Praat's "To Pitch (ac)" with its defaults: the autocorrelation of
 * a Hann window of three longest periods divided by that of the window itself, its peaks found by sinc interpolation.
 *
 * @param samples 16 kHz mono.
 * @returns no frames when the recording is shorter than one window (40 ms).
 */
export const pitchCandidates = (samples: Float32Array): PitchFrames => {
  const { floorHz, ceilingHz, voicingThreshold, octaveCost } = PITCH_SETTINGS
  const windowSeconds = PERIODS_IN_WINDOW / floorHz
  const timeStep = windowSeconds / 4
  const halfPeriod = Math.floor(SAMPLE_RATE_HZ / floorHz / 2) + 1
  const period = Math.floor(SAMPLE_RATE_HZ / floorHz)
  const halfWindow = Math.floor((windowSeconds * SAMPLE_RATE_HZ) / 2) - 1
  const size = 2 * halfWindow
  const longestLag = Math.floor(size / PERIODS_IN_WINDOW) + 2
  const lags = Math.floor(size / 2)
  const duration = SAMPLE_SECONDS * samples.length
  const frameCount = Math.max(0, Math.floor((duration - windowSeconds) / timeStep + 1e-9) + 1)
  const firstTime = 0.5 * duration - 0.5 * (frameCount * timeStep) + 0.5 * timeStep
  const globalPeak = peakAroundMean(samples)
  if (frameCount === 0 || globalPeak === 0) return { firstTime, timeStep, frames: [] }

  const window = Float64Array.from(
    { length: size },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 1)) / (size + 1)),
  )
  const correlate = createAutocorrelation(size, lags)
  const ofWindow = Float64Array.from(correlate(window))
  const frame = new Float64Array(size)
  /** The autocorrelation at lags -lags .. lags: even, so that a peak can be interpolated near lag 0. */
  const mirrored = new Float64Array(2 * lags + 1)

  const analyse = (time: number): PitchFrame => {
    // In Praat's order of operations: frames often fall on a sample exactly, and rounding then decides which frame is heard.
    const left = Math.floor((time - 0.5 * SAMPLE_SECONDS) / SAMPLE_SECONDS + 1) - 1
    const mean = meanOf(samples, left + 1 - period, left + 1 + period)
    const start = left + 1 - halfWindow
    for (let i = 0; i < size; i++) frame[i] = (samples[start + i] - mean) * window[i]
    let peak = 0
    for (let i = Math.max(0, halfWindow - halfPeriod); i < Math.min(size, halfWindow + halfPeriod); i++)
      peak = Math.max(peak, Math.abs(frame[i]))
    if (peak === 0) return { intensity: 0, candidates: [] }
    const correlation = correlate(frame)
    mirrored[lags] = 1
    for (let lag = 1; lag <= lags; lag++) {
      const value = correlation[lag] / (correlation[0] * (ofWindow[lag] / ofWindow[0]))
      mirrored[lags + lag] = value
      mirrored[lags - lag] = value
    }
    const found: (PitchCandidate & { readonly lag: number; readonly rank: number })[] = []
    for (let lag = 2; lag < longestLag && lag < lags; lag++) {
      const [before, here, after] = [mirrored[lags + lag - 1], mirrored[lags + lag], mirrored[lags + lag + 1]]
      if (here <= 0.5 * voicingThreshold || here <= before || here < after) continue
      const roughLag = lag + (0.5 * (after - before)) / (2 * here - before - after)
      const frequencyHz = SAMPLE_RATE_HZ / roughLag
      const strength = belowOne(interpolate(mirrored, lags + roughLag, COARSE_DEPTH))
      found.push({ frequencyHz, strength, lag, rank: strength - octaveCost * Math.log2(floorHz / frequencyHz) })
    }
    found.sort((a, b) => b.rank - a.rank)
    const candidates = found.slice(0, MAX_CANDIDATES).map(({ frequencyHz, lag }) => {
      const depth = frequencyHz > 0.3 * SAMPLE_RATE_HZ ? FINEST_DEPTH : FINE_DEPTH
      const { at, value } = improveMaximum(mirrored, lags + lag, depth)
      return { frequencyHz: SAMPLE_RATE_HZ / (at - lags), strength: belowOne(value) }
    })
    return {
      intensity: Math.min(1, peak / globalPeak),
      candidates: candidates.filter(({ frequencyHz }) => frequencyHz < ceilingHz),
    }
  }
  const frames = Array.from({ length: frameCount }, (_, index) => analyse(firstTime + index * timeStep))
  return { firstTime, timeStep, frames }
}

/** Interpolation may pass 1 by a hair where the correlation is 1. */
const belowOne = (strength: number): number => (strength > 1 ? 1 / strength : strength)

const peakAroundMean = (samples: Float32Array): number => {
  const mean = meanOf(samples, 0, samples.length)
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample - mean)), 0)
}

const meanOf = (samples: Float32Array, from: number, to: number): number => {
  const [first, last] = [Math.max(0, from), Math.min(samples.length, to)]
  let sum = 0
  for (let i = first; i < last; i++) sum += samples[i]
  return sum / (last - first)
}

/** Autocorrelation of a list of `size` at lags 0 to `lags`, by the power spectrum of the list padded with as many zeros. */
const createAutocorrelation = (size: number, lags: number): ((values: Float64Array) => Float64Array) => {
  let length = 1
  while (length < size + lags) length *= 2
  const fft = createFft(length)
  const result = new Float64Array(lags + 1)
  return (values) => {
    fft.input.fill(0)
    for (let i = 0; i < size; i++) fft.input[2 * i] = values[i]
    fft.transform()
    const power = Float64Array.from({ length }, (_, i) => fft.output[2 * i] ** 2 + fft.output[2 * i + 1] ** 2)
    // The spectrum of a real list is even, so a second forward transform is the inverse, but for a factor.
    for (let i = 0; i < length; i++) {
      fft.input[2 * i] = power[i]
      fft.input[2 * i + 1] = 0
    }
    fft.transform()
    for (let lag = 0; lag <= lags; lag++) result[lag] = fft.output[2 * lag] / length
    return result
  }
}
