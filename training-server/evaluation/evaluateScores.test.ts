import { describe, expect, test } from 'vitest'
import type { ParticipantScore } from './participantScores.ts'
import { evaluateScores } from './evaluateScores.ts'
import { metrics, rocAuc } from './metrics.ts'
import { participantScores } from './participantScores.ts'

/** The four scores of scikit-learn's documentation of roc_auc_score, whose area is 0.75. */
const documented = [
  { participantId: 'a', label: 0, probability: 0.1 },
  { participantId: 'b', label: 0, probability: 0.4 },
  { participantId: 'c', label: 1, probability: 0.35 },
  { participantId: 'd', label: 1, probability: 0.8 },
] as const

const rated = (counts: readonly number[], label: 0 | 1) =>
  counts.flatMap((count, rating) => Array.from({ length: count }, () => ({ label, probability: rating })))

describe('figures with known answers', () => {
  test("scikit-learn's documented example has an area of 0.75", () => {
    expect(rocAuc(documented)).toBe(0.75)
  })

  test('ties count half', () => {
    expect(rocAuc(documented.map((score) => ({ ...score, probability: 0.5 })))).toBe(0.5)
  })

  test('Hanley and McNeil 1982: 109 rated CT images have an area of 0.893', () => {
    // Their table I: counts of normal and abnormal images for each of the five ratings.
    const normal = [33, 6, 6, 11, 2]
    const abnormal = [3, 2, 2, 11, 33]
    expect(rocAuc([...rated(normal, 0), ...rated(abnormal, 1)])).toBeCloseTo(0.893, 3)
  })

  test('at 0.375 half of the present are caught and half of the absent spared', () => {
    expect(metrics(documented, 0.375)).toEqual({
      rocAuc: 0.75,
      sensitivity: 0.5,
      specificity: 0.5,
      f1: 0.5,
      // (0.01 + 0.16 + 0.4225 + 0.04) / 4
      brier: expect.closeTo(0.158125, 12),
    })
  })
})

describe('evaluateScores', () => {
  test('the interval holds the value and is the same for the same seed', () => {
    const scores = Array.from({ length: 60 }, (_, index) => ({
      participantId: `p${index}`,
      label: (index % 2) as 0 | 1,
      probability: ((index * 37) % 60) / 60 + (index % 2) * 0.3,
    }))
    const evaluation = evaluateScores(scores, { threshold: 0.6, seed: 5, resamples: 300 })
    for (const { value, low, high } of Object.values(evaluation.metrics)) {
      expect(low).toBeLessThanOrEqual(value)
      expect(value).toBeLessThanOrEqual(high)
      expect(low).toBeLessThan(high)
    }
    expect(evaluateScores(scores, { threshold: 0.6, seed: 5, resamples: 300 })).toEqual(evaluation)
  })

  test('the interval of a share is as wide as the binomial says', () => {
    // 80 of 100 caught: normal approximation 0.8 +- 1.96 * 0.04.
    const scores = Array.from({ length: 200 }, (_, index): ParticipantScore => ({
      participantId: `p${index}`,
      label: index < 100 ? 1 : 0,
      probability: index < 80 ? 0.9 : 0.1,
    }))
    const { low, high } = evaluateScores(scores, { threshold: 0.5, seed: 1 }).metrics.sensitivity
    expect(low).toBeCloseTo(0.72, 1)
    expect(high).toBeCloseTo(0.88, 1)
  })

  test('one class alone is refused', () => {
    expect(() => evaluateScores(documented.slice(2), { threshold: 0.5, seed: 1 })).toThrow('both classes')
  })
})

test('a participant scores the mean of their recordings', () => {
  const scores = participantScores([
    { participantId: 'a', label: 0, probability: 0.2 },
    { participantId: 'b', label: 1, probability: 0.9 },
    { participantId: 'a', label: 1, probability: 0.6 },
  ])
  expect(scores).toEqual([
    { participantId: 'a', label: 1, probability: 0.4 },
    { participantId: 'b', label: 1, probability: 0.9 },
  ])
})
