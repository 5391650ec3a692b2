import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cutWindow, windowStarts } from './windows.ts'

const SPIRA = { seconds: 4, hopSeconds: 1 }
const second = 16_000

describe('windows', () => {
  test.each([
    { seconds: 0, starts: [] },
    { seconds: 0.5, starts: [0] },
    { seconds: 4, starts: [0] },
    { seconds: 4.25, starts: [0, 0.25] },
    { seconds: 6, starts: [0, 1, 2] },
    { seconds: 6.9, starts: [0, 1, 2, 2.9] },
  ])('of $seconds s start at $starts s', ({ seconds, starts }) => {
    expect(windowStarts(seconds * second, SPIRA)).toEqual(starts.map((start) => start * second))
  })

  test('cover every sample of any signal that holds one, and stay inside it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (count, length, hop) => {
          fc.pre(hop <= length)
          const starts = windowStarts(count, { seconds: length, hopSeconds: hop }, 1)
          const covered = new Set(starts.flatMap((start) => Array.from({ length }, (_, i) => start + i)))
          for (let i = 0; i < count; i++) expect(covered.has(i)).toBe(true)
          if (count >= length) expect(Math.max(...covered)).toBe(count - 1)
        },
      ),
    )
  })

  test('longer than the signal repeat it from its beginning', () => {
    expect([...cutWindow(Float32Array.of(1, 2, 3), 0, 8)]).toEqual([1, 2, 3, 1, 2, 3, 1, 2])
    expect([...cutWindow(Float32Array.of(1, 2, 3), 1, 2)]).toEqual([2, 3])
  })

  test('of nothing, or without length, are refused', () => {
    expect(() => cutWindow(new Float32Array(0), 0, 4)).toThrow('no samples')
    expect(() => windowStarts(100, { seconds: 4, hopSeconds: 0 })).toThrow('holds no sample')
  })
})
