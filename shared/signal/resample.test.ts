import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { syntheticSignal } from './fixtures/syntheticSignal.ts'
import { createResampler, resample } from './resample.ts'

const RATES = [8_000, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000]

const sine = (hz: number, rate: number, seconds: number): Float32Array =>
  Float32Array.from({ length: rate * seconds }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate))

/** Level against a full-scale sine, in dB, away from the ends. */
const levelDb = (samples: Float32Array): number => {
  const middle = samples.subarray(samples.length * 0.1, samples.length * 0.9)
  return 10 * Math.log10((2 * middle.reduce((sum, value) => sum + value * value, 0)) / middle.length)
}

describe('resampling', () => {
  test('gives the same bits in any pieces, ceil(n to / from) of them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RATES),
        fc.constantFrom(16_000, 44_100),
        fc.nat(3000),
        fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 6 }),
        (from, to, length, sizes) => {
          const signal = syntheticSignal(0.5, 16_000).subarray(0, length)
          const resampler = createResampler(from, to)
          const pieces: number[] = []
          for (let at = 0, turn = 0; at < length; turn++) {
            const size = sizes[turn % sizes.length] + (turn % sizes.length === 0 ? 1 : 0)
            pieces.push(...resampler.push(signal.slice(at, at + size)))
            at += size
          }
          pieces.push(...resampler.flush())
          expect(pieces).toHaveLength(Math.ceil((length * to) / from))
          expect(pieces).toEqual([...resample(signal, from, to)])
        },
      ),
      { numRuns: 60 },
    )
  })

  test.each(RATES)('from %i Hz keeps a tone in time and level', (rate) => {
    const tone = resample(sine(1000, rate, 0.5), rate, 16_000)
    const expected = sine(1000, 16_000, 0.5)
    const error = tone.map((value, i) => value - expected[i])
    expect(levelDb(error)).toBeLessThan(-60)
  })

  // torchaudio's kernel is gentle near 8 kHz: what models trained on its output have heard.
  test.each([
    { hz: 4000, least: -0.1, most: 0.1 },
    { hz: 7000, least: -2, most: -1.5 },
    { hz: 9000, least: -18, most: -16 },
    { hz: 10_000, least: -200, most: -44 },
    { hz: 12_000, least: -200, most: -55 },
    { hz: 20_000, least: -200, most: -74 },
  ])('from 48 kHz passes $hz Hz between $least and $most dB', ({ hz, least, most }) => {
    const level = levelDb(resample(sine(hz, 48_000, 0.5), 48_000, 16_000))
    expect(level).toBeGreaterThan(least)
    expect(level).toBeLessThan(most)
  })

  test('refuses rates that are no rates', () => {
    expect(() => createResampler(0, 16_000)).toThrow('from 0 Hz to 16000 Hz')
    expect(() => createResampler(44_100.5, 16_000)).toThrow('whole numbers')
  })
})
