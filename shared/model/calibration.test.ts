import { expect, test } from 'vitest'
import { calibrated, isotonicSchema, recordingProbability } from './calibration.ts'

test('a recording scores the mean of its windows', () => {
  expect(recordingProbability([0, Math.log(3)], { temperature: 1 })).toBeCloseTo((0.5 + 0.75) / 2, 12)
})

test('a rising line is followed between its points and level beyond them; the mean goes through it, not each window', () => {
  const isotonic = { from: [0.2, 0.6, 0.6], to: [0.1, 0.3, 0.9] }
  expect([0, 0.2, 0.4, 0.6, 0.7].map((score) => calibrated(score, { isotonic }))).toEqual([0.1, 0.1, 0.2, 0.3, 0.9])
  const logits = [0.1, 0.7].map((share) => Math.log(share / (1 - share)))
  expect(recordingProbability(logits, { temperature: 1, isotonic })).toBeCloseTo(0.2, 12)
})

test('a line that falls, or has fewer values than places, is refused', () => {
  expect(isotonicSchema.safeParse({ from: [0.1, 0.5], to: [0.4, 0.3] }).success).toBe(false)
  expect(isotonicSchema.safeParse({ from: [0.1, 0.5], to: [0.4] }).success).toBe(false)
})
