import { expect, test } from 'vitest'
import { createSpectrogramColumns, SPECTROGRAM } from './spectrogramColumns.ts'

const { bands } = SPECTROGRAM
const tone = (hz: number, amplitude: number): Float32Array =>
  Float32Array.from({ length: 16_000 }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / 16_000))

test('a column every 10 ms, the same however the sound is cut', () => {
  const sound = tone(1000, 0.1)
  const whole = createSpectrogramColumns().push(sound)
  expect(whole.length).toBe(100 * bands)
  const stream = createSpectrogramColumns()
  const parts: number[] = []
  for (let at = 0, size = 1; at < sound.length; at += size, size = (size * 7) % 1013)
    parts.push(...stream.push(sound.subarray(at, at + size)))
  expect(parts).toEqual([...whole])
})

const loudest = (hz: number, amplitude: number): { band: number; value: number } => {
  const last = createSpectrogramColumns()
    .push(tone(hz, amplitude))
    .subarray(99 * bands)
  const value = Math.max(...last)
  return { band: last.indexOf(value), value }
}

test('a tone lights its own mel band, louder is higher, silence is nothing', () => {
  // HTK mel: 1 kHz is mel 1000 of 2840 (8 kHz), so band 1000 / 2840 * 65 - 1.
  expect(loudest(1000, 0.1).band).toBe(22)
  expect(loudest(4000, 0.1).band).toBeGreaterThan(45)
  const [quiet, loud] = [loudest(1000, 0.01).value, loudest(1000, 0.1).value]
  // 20 dB of 64 in a byte.
  expect(loud - quiet).toBeGreaterThan(77)
  expect(loud - quiet).toBeLessThan(82)
  expect(Math.max(...createSpectrogramColumns().push(new Float32Array(16_000)))).toBe(0)
})
