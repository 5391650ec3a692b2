import { expect, test } from 'vitest'
import { createLevelMeter } from './levels.ts'

test('reads every 50 ms, however the signal is cut', () => {
  const signal = Float32Array.from({ length: 4000 }, (_, at) => 0.5 * Math.sin((2 * Math.PI * at) / 16))
  const whole = createLevelMeter().push(signal)
  const meter = createLevelMeter()
  const pieces = [7, 793, 1, 1999, 1200].reduce<{ at: number; readings: unknown[] }>(
    ({ at, readings }, length) => ({
      at: at + length,
      readings: [...readings, ...meter.push(signal.subarray(at, at + length))],
    }),
    { at: 0, readings: [] },
  ).readings
  expect(whole).toHaveLength(5)
  expect(pieces).toEqual(whole)
})

test('a full-scale sine is -3 dBFS RMS and 0 dBFS peak, silence -100', () => {
  const sine = Float32Array.from({ length: 800 }, (_, at) => Math.sin((2 * Math.PI * at) / 16))
  const [reading] = createLevelMeter().push(sine)
  expect(reading?.levelDbfs).toBeCloseTo(-3.0103, 3)
  expect(reading?.peakDbfs).toBeCloseTo(0, 6)
  expect(reading?.clipping).toBe(true)
  const [silence] = createLevelMeter().push(new Float32Array(800))
  expect(silence).toMatchObject({ levelDbfs: -100, peakDbfs: -100, clipping: false })
})

test('gives the lowest and highest sample of each 10 ms', () => {
  const signal = new Float32Array(800)
  signal[0] = -0.25
  signal[159] = 0.5
  signal[160] = 1
  const [reading] = createLevelMeter().push(signal)
  expect(reading?.pairs).toHaveLength(10)
  expect([...(reading?.pairs.subarray(0, 6) ?? [])]).toEqual([-0.25, 0.5, 0, 1, 0, 0])
})
