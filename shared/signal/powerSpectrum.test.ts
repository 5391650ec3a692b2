import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFft } from './fft.ts'
import { createPowerSpectrum } from './powerSpectrum.ts'

const directPower = (values: Float64Array, nFft: number, bin: number): number => {
  let re = 0
  let im = 0
  values.forEach((value, i) => {
    re += value * Math.cos((2 * Math.PI * ((bin * i) % nFft)) / nFft)
    im -= value * Math.sin((2 * Math.PI * ((bin * i) % nFft)) / nFft)
  })
  return re * re + im * im
}

test.each([
  { winLength: 400, nFft: 1200 },
  { winLength: 400, nFft: 800 },
  { winLength: 400, nFft: 2000 },
  { winLength: 1024, nFft: 1024 },
  { winLength: 25, nFft: 150 },
  { winLength: 20, nFft: 60 },
  { winLength: 399, nFft: 1200 },
  { winLength: 1, nFft: 2 },
])('the power spectrum of $winLength samples in $nFft is the sum of its definition', ({ winLength, nFft }) => {
  const window = new Float64Array(winLength).map((_, i) => 0.4 + Math.sin(i))
  const samples = new Float32Array(winLength + 3).map((_, i) => Math.cos(i * i))
  const spectrum = createPowerSpectrum(window, nFft)
  spectrum.analyse(samples, 3)
  const windowed = window.map((weight, i) => weight * samples[i + 3])
  const loudest = Math.max(...spectrum.power)
  expect(spectrum.bins).toBe(nFft / 2 + 1)
  spectrum.power.forEach((power, bin) =>
    expect(Math.abs(power - directPower(windowed, nFft, bin))).toBeLessThan(1e-12 * loudest),
  )
})

const energy = (numbers: Float64Array): number => numbers.reduce((sum, number) => sum + number * number, 0)

test('an FFT of any product of 2, 3 and 5 keeps the energy (Parseval) and the mean', () => {
  fc.assert(
    fc.property(fc.nat(5), fc.nat(3), fc.nat(2), fc.integer({ min: 1, max: 2 ** 31 }), (twos, threes, fives, seed) => {
      const size = 2 ** twos * 3 ** threes * 5 ** fives
      const values = new Float64Array(2 * size).map((_, i) => Math.sin(seed + i * i))
      const fft = createFft(size)
      fft.input.set(values)
      fft.transform()
      expect(energy(fft.output) / size).toBeCloseTo(energy(values), 8)
      expect(fft.output[0]).toBeCloseTo(
        values.reduce((sum, value, i) => sum + (i % 2 === 0 ? value : 0), 0),
        8,
      )
    }),
  )
})

test('an FFT with a prime above 5 is refused by name', () => {
  expect(() => createFft(77)).toThrow('No FFT of size 77')
})
