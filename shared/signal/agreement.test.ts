import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createFeatureExtractor } from './features.ts'
import { LOG_MEL_64, SPIRA_MEL, SPIRA_MFCC, SPIRA_SPECTROGRAM } from './featureSpec.ts'
import { syntheticSignal } from './fixtures/syntheticSignal.ts'
import { resample } from './resample.ts'

const fixture = (name: string): Float32Array => {
  const bytes = readFileSync(new URL(`fixtures/${name}.f32`, import.meta.url))
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
const energy = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0)
const largestError = (values: Float32Array, reference: Float32Array): number =>
  largest(reference.map((expected, i) => expected - values[i]))

describe('promise 4: features are those of torchaudio', () => {
  const signal = syntheticSignal(1.2, 16_000)

  // What remains is torchaudio's own: its window, bands and DCT are made in float32.
  test('MFCC within 5e-4, the quiet quarter under the dB floor included', () => {
    const reference = fixture('mfcc')
    const features = createFeatureExtractor(SPIRA_MFCC).extract(signal)
    expect(features).toHaveLength(reference.length)
    expect(largestError(features, reference)).toBeLessThan(5e-4)
  })

  test('mel power within 5e-7 of the largest value', () => {
    const reference = fixture('mel40')
    const features = createFeatureExtractor(SPIRA_MEL).extract(signal)
    expect(features).toHaveLength(reference.length)
    expect(largestError(features, reference) / largest(reference)).toBeLessThan(5e-7)
  })

  test('log-mel within 1e-4 of a neper', () => {
    const reference = fixture('logmel64')
    const features = createFeatureExtractor(LOG_MEL_64).extract(signal)
    expect(features).toHaveLength(reference.length)
    expect(largestError(features, reference)).toBeLessThan(1e-4)
  })

  test('power spectrum within 5e-7 of the largest value', () => {
    const reference = fixture('spectrogram-12-frames')
    const features = createFeatureExtractor(SPIRA_SPECTROGRAM).extract(signal)
    expect(largestError(features, reference) / largest(reference)).toBeLessThan(5e-7)
  })

  test.each([48_000, 44_100, 8_000])('resampling from %i Hz within -120 dB', (rate) => {
    const reference = fixture(`resampled-from-${rate}`)
    const resampled = resample(syntheticSignal(0.2, rate), rate, 16_000)
    expect(resampled).toHaveLength(reference.length)
    const error = energy(reference.map((expected, i) => expected - resampled[i]))
    expect(10 * Math.log10(error / energy(reference))).toBeLessThan(-120)
  })
})
