import { describe, expect, test } from 'vitest'
import { createFeatureExtractor } from './features.ts'
import { LOG_MEL_64, SPIRA_MFCC, SPIRA_SPECTROGRAM } from './featureSpec.ts'
import { syntheticSignal } from './fixtures/syntheticSignal.ts'

describe('a feature extractor', () => {
  test('gives 401 frames of 40 coefficients for a window of 4 s', () => {
    const extractor = createFeatureExtractor(SPIRA_MFCC)
    expect(extractor.bins).toBe(40)
    expect(extractor.frameCount(64_000)).toBe(401)
    expect(extractor.extract(syntheticSignal(4, 16_000))).toHaveLength(401 * 40)
  })

  test('gives the same numbers again, whatever it computed between', () => {
    const extractor = createFeatureExtractor(LOG_MEL_64)
    const signal = syntheticSignal(1, 16_000)
    const first = extractor.extract(signal)
    extractor.extract(syntheticSignal(3, 16_000).map((value) => -value))
    expect(extractor.extract(signal)).toEqual(first)
  })

  test('finds a sine in its bin, with the power of a Hann window', () => {
    const hz = 1000
    const sine = Float32Array.from({ length: 16_000 }, (_, i) => Math.sin((2 * Math.PI * hz * i) / 16_000))
    const { bins, extract } = createFeatureExtractor(SPIRA_SPECTROGRAM)
    const frame = extract(sine).subarray(50 * bins, 51 * bins)
    const bin = (hz * 1200) / 16_000
    expect(frame.indexOf(Math.max(...frame))).toBe(bin)
    // A Hann window of 400 sums to 200; half of the sine's amplitude lies at the positive frequency.
    expect(frame[bin]).toBeCloseTo(100 ** 2, 1)
  })

  test('reflects a clip shorter than half a window as often as needed', () => {
    const features = createFeatureExtractor(SPIRA_SPECTROGRAM).extract(new Float32Array([0.5, 0.5, 0.5]))
    expect(features).toHaveLength(601)
    // A constant reflected is a constant: the power at 0 Hz is (0.5 * 200)².
    expect(features[0]).toBeCloseTo(100 ** 2, 3)
    expect(createFeatureExtractor(SPIRA_SPECTROGRAM).extract(new Float32Array([0.5]))[0]).toBeCloseTo(100 ** 2, 3)
  })

  test('keeps silence finite', () => {
    const features = createFeatureExtractor(SPIRA_MFCC).extract(new Float32Array(16_000))
    // -100 dB in each of 40 bands is -100 sqrt(40) in the first coefficient and nothing in the others.
    expect(features[0]).toBeCloseTo(-100 * Math.sqrt(40), 3)
    expect(features[1]).toBeCloseTo(0, 6)
  })

  test('refuses a clip without samples and a transform it cannot plan', () => {
    expect(() => createFeatureExtractor(SPIRA_MFCC).extract(new Float32Array(0))).toThrow('no samples')
    expect(() => createFeatureExtractor({ ...SPIRA_SPECTROGRAM, nFft: 1202 })).toThrow('only products of 2, 3 and 5')
    expect(() => createFeatureExtractor({ ...SPIRA_SPECTROGRAM, nFft: 256 })).toThrow('at least the window')
  })
})
