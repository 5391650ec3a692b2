import { expect, test } from 'vitest'
import { relevantSeconds } from './relevantSeconds.ts'

const windows = (...probabilities: number[]) =>
  probabilities.map((probability, at) => ({ startMs: at * 1000, probability }))

test('the moment that only the telling windows heard stands out', () => {
  // Windows of 4 s every second over 8 s; what lies behind second 6 raised the last two.
  const { cells, telling } = relevantSeconds(windows(0.1, 0.1, 0.1, 0.5, 0.9), 4, 8)
  expect(cells).toHaveLength(16)
  expect(cells[0]).toBeCloseTo(0.1, 12)
  expect(cells.at(-1)).toBeCloseTo(0.9, 12)
  expect(telling).toEqual([{ from: 6, to: 8 }])
})

test('where all windows agree no second is blamed', () => {
  expect(relevantSeconds(windows(0.6, 0.62, 0.61), 4, 6).telling).toEqual([])
})

test('a take shorter than a window is one moment', () => {
  expect(relevantSeconds(windows(0.7), 4, 1.3).cells).toEqual([0.7, 0.7, 0.7])
})
