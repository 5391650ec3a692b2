import { expect, test } from 'vitest'
import { throughChannel } from './channelFilter.ts'

const power = (samples: Float32Array) => samples.subarray(1600).reduce((sum, value) => sum + value ** 2, 0)

/** Level of a tone after the filter, in dB of the level before; the first tenth of a second settles. */
function decibelsAt(hz: number, channel: { lowCutHz: number; shelfDb: number }): number {
  const tone = Float32Array.from({ length: 16_000 }, (_, at) => 0.1 * Math.sin((2 * Math.PI * hz * at) / 16_000))
  return 10 * Math.log10(power(throughChannel(tone, channel)) / power(tone))
}

test('the low cut is a second-order Butterworth high-pass', () => {
  // scipy 1.17.1: signal.freqz(*signal.butter(2, 200, 'highpass', fs=16000), worN=[100, 200, 400, 1600], fs=16000)
  const scipy = { 100: -12.3108, 200: -3.0103, 400: -0.2617, 1600: -0.0009 }
  for (const [hz, decibels] of Object.entries(scipy))
    expect(decibelsAt(Number(hz), { lowCutHz: 200, shelfDb: 0 })).toBeCloseTo(decibels, 2)
})

test('the shelf leaves the lows, has half its gain at 2.5 kHz and all of it at the top', () => {
  for (const shelfDb of [-8, 6]) {
    const channel = { lowCutHz: 1, shelfDb }
    expect(decibelsAt(100, channel)).toBeCloseTo(0, 1)
    expect(decibelsAt(2500, channel)).toBeCloseTo(shelfDb / 2, 1)
    expect(decibelsAt(7900, channel)).toBeCloseTo(shelfDb, 1)
  }
})
