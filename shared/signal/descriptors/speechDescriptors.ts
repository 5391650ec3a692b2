import { createDamageMeter } from '../damage.ts'
import { createLevelMeter } from '../activity.ts'
import { glottalPulses } from './glottalPulses.ts'
import { withHeldVoice } from './heldVoice.ts'
import { jitterLocal, shimmerLocal } from './perturbation.ts'
import { trackPitch, type PitchTrack } from './pitch.ts'
import { totalSeconds, type SpeechSegments } from '../speech/segments.ts'
import { syllableNuclei } from './syllableNuclei.ts'

const SAMPLE_RATE_HZ = 16_000

/**
 * What phonetics measures of a recording to tell breathlessness: numbers a person can read. Null where a recording has nothing
 * to measure it on (no voice, no speech, no room heard).
 */
export interface SpeechDescriptors {
  readonly durationSeconds: number
  /** From the first sound of speech to the last. */
  readonly speakingSeconds: number
  readonly pauseCount: number
  readonly pauseTotalSeconds: number
  readonly pauseMeanSeconds: number | null
  /** Share of the speaking time that is pause. */
  readonly pauseShare: number | null
  /** Syllable nuclei a second of speaking time, pauses included; and of the speech alone. */
  readonly speechRate: number | null
  readonly articulationRate: number | null
  readonly f0MeanHz: number | null
  readonly f0SdHz: number | null
  /** Shares, not percent. */
  readonly jitterLocal: number | null
  readonly shimmerLocal: number | null
  /** Harmonics-to-noise ratio: mean over the voiced frames of 10 log10(r / (1 - r)), r the autocorrelation at the period. */
  readonly hnrDb: number | null
  readonly voicedShare: number | null
  readonly snrDb: number | null
  readonly clippedShare: number
}

/**
 * @param samples 16 kHz mono in [-1, 1]. About 50 ms of processor time a second of speech.
 * @param segments its speech and pauses: of `detectSpeech`, or of `segmentByLevel` where Silero cannot run.
 */
export const describeSpeech = (samples: Float32Array, segments: SpeechSegments): SpeechDescriptors => {
  const pitch = trackPitch(samples)
  const { speech, pauses } = withHeldVoice(segments, pitch)
  const pulses = glottalPulses(samples, pitch)
  const spoken = totalSeconds(speech)
  const paused = totalSeconds(pauses)
  const speakingSeconds = spoken + paused
  const syllables = syllableNuclei(samples, pitch).filter((time) =>
    speech.some(({ from, to }) => time >= from && time <= to),
  )
  const { snrDb, clippedSamples } = measureLevel(samples)
  return {
    durationSeconds: samples.length / SAMPLE_RATE_HZ,
    speakingSeconds,
    pauseCount: pauses.length,
    pauseTotalSeconds: paused,
    pauseMeanSeconds: ratio(paused, pauses.length),
    pauseShare: ratio(paused, speakingSeconds),
    speechRate: ratio(syllables.length, speakingSeconds),
    articulationRate: ratio(syllables.length, spoken),
    ...describeVoice(pitch),
    jitterLocal: jitterLocal(pulses),
    shimmerLocal: shimmerLocal(samples, pulses),
    snrDb,
    clippedShare: ratio(clippedSamples, samples.length) ?? 0,
  }
}

const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null)

/** In dB, of a correlation. One of 1 would be infinitely clean: float64 cannot tell it from 150 dB. */
const harmonicity = (r: number): number => 10 * Math.log10(r / Math.max(1e-15, 1 - r))

const describeVoice = ({ f0Hz, strength }: PitchTrack) => {
  const voiced = [...f0Hz.keys()].filter((frame) => f0Hz[frame] > 0)
  const count = voiced.length
  if (count === 0) return { f0MeanHz: null, f0SdHz: null, hnrDb: null, voicedShare: ratio(0, f0Hz.length) }
  const mean = voiced.reduce((sum, frame) => sum + f0Hz[frame], 0) / count
  const squares = voiced.reduce((sum, frame) => sum + (f0Hz[frame] - mean) ** 2, 0)
  return {
    f0MeanHz: mean,
    f0SdHz: count > 1 ? Math.sqrt(squares / (count - 1)) : null,
    hnrDb: voiced.reduce((sum, frame) => sum + harmonicity(strength[frame]), 0) / count,
    voicedShare: count / f0Hz.length,
  }
}

const measureLevel = (samples: Float32Array): { snrDb: number | null; clippedSamples: number } => {
  const level = createLevelMeter()
  const damage = createDamageMeter()
  for (const sample of samples) {
    level.push(sample)
    damage.push(sample)
  }
  return { snrDb: level.read().snrDb, clippedSamples: damage.clippedSamples() }
}
