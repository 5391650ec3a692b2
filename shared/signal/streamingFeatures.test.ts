import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFeatureExtractor } from './features.ts'
import { LOG_MEL_64, SPIRA_MFCC, SPIRA_SPECTROGRAM, type FeatureSpec } from './featureSpec.ts'
import { syntheticSignal } from './fixtures/syntheticSignal.ts'
import { createWindowStream, type WindowFeatures } from './streamingFeatures.ts'
import { cutWindow, windowSamples, windowStarts, type WindowSpec } from './windows.ts'

const batch = (spec: FeatureSpec, window: WindowSpec, signal: Float32Array): WindowFeatures[] => {
  const { extract } = createFeatureExtractor(spec)
  const { length } = windowSamples(window)
  return windowStarts(signal.length, window).map((start) => ({
    startMs: start / 16,
    features: extract(cutWindow(signal, start, length)),
  }))
}

/** Pushes the signal in chunks of the given sizes, over and over. */
const streamed = (
  spec: FeatureSpec,
  window: WindowSpec,
  signal: Float32Array,
  chunks: readonly number[],
): WindowFeatures[] => {
  const stream = createWindowStream(spec, window)
  const windows: WindowFeatures[] = []
  for (let at = 0, turn = 0; at < signal.length; turn++) {
    const size = chunks[turn % chunks.length]
    windows.push(...stream.push(signal.slice(at, at + size)))
    at += size
  }
  return [...windows, ...stream.finish()]
}

const expectSameBits = (windows: WindowFeatures[], expected: WindowFeatures[]): void => {
  expect(windows.map(({ startMs }) => startMs)).toEqual(expected.map(({ startMs }) => startMs))
  windows.forEach(({ features }, i) =>
    expect(Buffer.compare(Buffer.from(features.buffer), Buffer.from(expected[i].features.buffer))).toBe(0),
  )
}

describe('promise 4: features while recording are the features of the whole recording', () => {
  const signal = syntheticSignal(2.5, 16_000)
  const specs = [SPIRA_MFCC, LOG_MEL_64, SPIRA_SPECTROGRAM]

  test('bit for bit, for any specification, length, window and chunks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...specs),
        fc.integer({ min: 0, max: signal.length }),
        // The last two hops are no whole number of frames.
        fc.constantFrom(
          { seconds: 0.4, hopSeconds: 0.1 },
          { seconds: 0.3, hopSeconds: 0.5 },
          { seconds: 0.5, hopSeconds: 0.0333 },
        ),
        fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 8 }),
        (spec, length, window, chunks) => {
          const part = signal.subarray(0, length)
          expectSameBits(streamed(spec, window, part, chunks), batch(spec, window, part))
        },
      ),
      { numRuns: 30 },
    )
  })

  test.each([1, 441, 16_000, 200_000])('of SPIRA windows of 4 s every 1 s, in chunks of %i', (chunk) => {
    const long = syntheticSignal(chunk === 1 ? 5 : 9.7, 16_000)
    const window = { seconds: 4, hopSeconds: 1 }
    expectSameBits(streamed(SPIRA_MFCC, window, long, [chunk]), batch(SPIRA_MFCC, window, long))
  })

  test('a window is given with its last sample, not later', () => {
    const stream = createWindowStream(LOG_MEL_64, { seconds: 1, hopSeconds: 0.5 })
    expect(stream.push(signal.subarray(0, 15_999))).toHaveLength(0)
    expect(stream.push(signal.subarray(15_999, 16_000)).map(({ startMs }) => startMs)).toEqual([0])
    expect(stream.finish()).toHaveLength(0)
    expect(() => stream.push(signal)).toThrow('finished')
  })
})
