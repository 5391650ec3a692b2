import { createFeatureExtractor } from '../features.ts'
import { LOG_MEL_64, SPIRA_MEL, SPIRA_MFCC, SPIRA_SPECTROGRAM, type FeatureSpec } from '../featureSpec.ts'
import { syntheticSignal } from '../fixtures/syntheticSignal.ts'
import { resample } from '../resample.ts'

/** One comparison with torchaudio's numbers, which are in ../fixtures. */
export interface FeatureError {
  readonly what: string
  /** Infinite where the number of values differs. */
  readonly error: number
  readonly bound: number
}

/** What remains below these bounds is torchaudio's own error: its window, bands and DCT are made in float32. */
const FEATURES: readonly { what: string; fixture: string; spec: FeatureSpec; bound: number; ofLargest: boolean }[] = [
  {
    what: 'MFCC, the quiet quarter under the dB floor included',
    fixture: 'mfcc',
    spec: SPIRA_MFCC,
    bound: 5e-4,
    ofLargest: false,
  },
  { what: 'mel power, of the largest value', fixture: 'mel40', spec: SPIRA_MEL, bound: 5e-7, ofLargest: true },
  { what: 'log-mel, in nepers', fixture: 'logmel64', spec: LOG_MEL_64, bound: 1e-4, ofLargest: false },
  {
    what: 'power spectrum, of the largest value',
    fixture: 'spectrogram-12-frames',
    spec: SPIRA_SPECTROGRAM,
    bound: 5e-7,
    ofLargest: true,
  },
]
const RATES = [48_000, 44_100, 8_000]

/**
 * Compares our features and resampling with torchaudio's: the same in Node and in a browser.
 *
 * @param fixture the values of a file of ../fixtures, by its name without extension.
 */
export async function featureErrors(fixture: (name: string) => Promise<Float32Array>): Promise<FeatureError[]> {
  const signal = syntheticSignal(1.2, 16_000)
  const errors: FeatureError[] = []
  for (const { what, fixture: name, spec, bound, ofLargest } of FEATURES) {
    const reference = await fixture(name)
    const ours = createFeatureExtractor(spec).extract(signal)
    // The power spectrum's file holds the first frames only.
    const whole = name.startsWith('spectrogram') || ours.length === reference.length
    const worst = largest(reference.map((expected, at) => expected - ours[at]))
    errors.push({ what, error: whole ? worst / (ofLargest ? largest(reference) : 1) : Infinity, bound })
  }
  for (const rate of RATES) {
    const reference = await fixture(`resampled-from-${rate}`)
    const ours = resample(syntheticSignal(0.2, rate), rate, 16_000)
    const error = Math.sqrt(energy(reference.map((expected, at) => expected - ours[at])) / energy(reference))
    const whole = ours.length === reference.length
    // -120 dB.
    errors.push({ what: `resampling from ${rate} Hz`, error: whole ? error : Infinity, bound: 1e-6 })
  }
  return errors
}

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
const energy = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0)
