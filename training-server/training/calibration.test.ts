import { describe, expect, test } from 'vitest'
import { calibrated } from '@spira/shared/model/calibration.ts'
import { readingOf } from '../evaluation/heldOutEvaluation.ts'
import {
  fitCalibration,
  fitIsotonic,
  fitTemperature,
  goldenSection,
  risingLevels,
  youdenThreshold,
} from './calibration.ts'
import { experimentSchema } from './experiment.ts'

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

describe('isotonic calibration', () => {
  test('pools what falls, as the example of scikit-learn’s isotonic_regression does', () => {
    const levels = risingLevels([5, 3, 1, 2, 8, 10, 7, 9, 6, 4].map((mean) => ({ mean, count: 1 })))
    expect(levels.map(({ count }) => count)).toEqual([4, 6])
    expect(levels[0]?.mean).toBeCloseTo(2.75, 12)
    expect(levels[1]?.mean).toBeCloseTo(44 / 6, 12)
  })

  test('scores that are too sure become the shares that were seen', () => {
    // Of 20 recordings at 0.9 half are present, of 20 at 0.1 a quarter.
    const logit = Math.log(9)
    const recordings = Array.from({ length: 40 }, (_, index) =>
      index < 20 ? recording(index, index % 2 === 1 ? 1 : 0, logit) : recording(index, index % 4 === 3 ? 1 : 0, -logit),
    )
    const isotonic = fitIsotonic(recordings)
    if (isotonic === null) throw new Error('Enough participants were there.')
    // Equal scores are one level each.
    expect(calibrated(0.9, { isotonic })).toBeCloseTo(0.5, 12)
    expect(calibrated(0.1, { isotonic })).toBeCloseTo(0.25, 12)
  })

  test('nobody is certain, and too few participants leave the scores as they are', () => {
    const separate = Array.from({ length: 18 }, (_, index) => recording(index, index < 9 ? 0 : 1, index < 9 ? -3 : 3))
    expect(fitIsotonic(separate)?.to).toEqual([1 / 20, 19 / 20])
    expect(fitCalibration(separate.slice(0, 4), 'isotonic')).toEqual({ temperature: 1 })
  })
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

test('the uncertain band is as wide as the experiment says', () => {
  const people = Array.from({ length: 8 }, (_, index) =>
    recording(index, index % 2 === 0 ? 0 : 1, index % 2 === 0 ? -1 : 1),
  )
  const { threshold, uncertain } = readingOf(people, experimentSchema.parse({ uncertain: { margin: 0.03 } }))
  expect(uncertain.from).toBeCloseTo(threshold - 0.03, 12)
  expect(uncertain.to).toBeCloseTo(threshold + 0.03, 12)
})
