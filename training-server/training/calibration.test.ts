import { describe, expect, test } from 'vitest'
import { fitTemperature, goldenSection, recordingProbability, youdenThreshold } from './calibration.ts'

test('golden-section search finds the vertex of a parabola', () => {
  expect(goldenSection((x) => (x - 0.3) ** 2, -2, 2)).toBeCloseTo(0.3, 3)
})

const recording = (index: number, label: 0 | 1, logit: number) => ({
  participantId: `p${index}`,
  label,
  logits: [logit],
})

describe('fitTemperature', () => {
  test('logits of 4 that are right three times of four are divided by 4 / ln 3', () => {
    const recordings = Array.from({ length: 40 }, (_, index) => recording(index, index % 4 === 0 ? 0 : 1, 4))
    expect(fitTemperature(recordings)).toBeCloseTo(4 / Math.log(3), 2)
  })

  test('too few participants leave the logits as they are', () => {
    expect(fitTemperature([recording(1, 0, 4), recording(2, 1, 4)])).toBe(1)
  })
})

test('a recording scores the mean of its windows', () => {
  expect(recordingProbability([0, Math.log(3)], 1)).toBeCloseTo((0.5 + 0.75) / 2, 12)
})

const scores = (absent: number[], present: number[]) => [
  ...absent.map((probability) => ({ label: 0 as const, probability })),
  ...present.map((probability) => ({ label: 1 as const, probability })),
]

describe('youdenThreshold', () => {
  test('separate classes: halfway between them', () => {
    expect(youdenThreshold(scores([0.1, 0.2], [0.6, 0.9]))).toBeCloseTo(0.4, 12)
  })
  test('of equally good thresholds the lowest', () => {
    // At 0.25: 2/2 caught, 1/2 spared; at 0.65: 1/2 caught, 2/2 spared.
    expect(youdenThreshold(scores([0.2, 0.5], [0.3, 0.8]))).toBeCloseTo(0.25, 12)
  })
  test('scores that are all alike leave one half', () => {
    expect(youdenThreshold(scores([0.7], [0.7]))).toBe(0.5)
  })
})
