import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ParticipantScore } from './participantScores.ts'
import { calibrationCurve } from './calibrationCurve.ts'
import { precisionRecallCurve, rocCurve } from './curves.ts'
import { evaluateScores } from './evaluateScores.ts'
import { averagePrecision, confusionAt, type MetricName, metrics, rocAuc, type Score } from './metrics.ts'
import { chooseThreshold, thresholdAtSensitivity } from './operatingPoint.ts'
import { participantScores } from './participantScores.ts'
import { permutationP } from './permutation.ts'
import { groupsOf } from '../training/groups.ts'
import { slices } from './slices.ts'
import { wilson } from './wilson.ts'

/** See fixtures/make.py. */
const scikitLearn = JSON.parse(await readFile(join(import.meta.dirname, 'fixtures/scikitLearn.json'), 'utf8')) as {
  labels: (0 | 1)[]
  probabilities: number[]
  threshold: number
  confusion: Record<string, number>
  metrics: Record<MetricName, number>
  rocCurve: [number, number][]
}
const forty = scikitLearn.labels.map((label, at): Score => ({ label, probability: scikitLearn.probabilities[at] ?? 0 }))

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

  test("scikit-learn's documented example has an average precision of 0.83", () => {
    expect(averagePrecision(documented)).toBeCloseTo(0.8333, 4)
  })

  test('at 0.375 half of the present are caught and half of the absent spared', () => {
    expect(metrics(documented, 0.375)).toEqual({
      rocAuc: 0.75,
      // 1/2 * 1/1 + 1/2 * 2/3
      prAuc: expect.closeTo(5 / 6, 12),
      sensitivity: 0.5,
      specificity: 0.5,
      f1: 0.5,
      uar: 0.5,
      // (0.01 + 0.16 + 0.4225 + 0.04) / 4
      brier: expect.closeTo(0.158125, 12),
      // (0.1 + 0.4 + 0.65 + 0.2) / 4: each alone in its bin
      calibrationError: expect.closeTo(0.3375, 12),
    })
  })

  test('forty scores with ties have the figures that scikit-learn gives them', () => {
    const ours = metrics(forty, scikitLearn.threshold)
    for (const [name, theirs] of Object.entries(scikitLearn.metrics)) {
      expect(ours[name as MetricName], name).toBeCloseTo(theirs, 10)
    }
    expect(confusionAt(forty, scikitLearn.threshold)).toEqual(scikitLearn.confusion)
  })

  test('the ROC curve has the points that scikit-learn gives it', () => {
    const curve = rocCurve(forty)
    expect(curve).toHaveLength(scikitLearn.rocCurve.length)
    for (const [at, [x, y]] of curve.entries()) {
      expect([x, y]).toEqual(scikitLearn.rocCurve[at]?.map((value) => expect.closeTo(value, 12)))
    }
  })

  test('the precision-recall curve ends where everybody is called', () => {
    expect(precisionRecallCurve(documented)).toEqual([
      [0.5, 1],
      [0.5, 0.5],
      [1, 2 / 3],
      [1, 0.5],
    ])
  })

  test('a probability of 1 lies in the last bin', () => {
    expect(calibrationCurve([{ label: 1, probability: 1 }])).toEqual([
      { from: 0.9, to: 1, count: 1, meanProbability: 1, shareOfPresent: 1 },
    ])
  })

  test('Wilson: 8 of 10 lie between 0.490 and 0.943', () => {
    // Newcombe 1998, method 3.
    expect(wilson(0.8, 10).low).toBeCloseTo(0.4902, 3)
    expect(wilson(0.8, 10).high).toBeCloseTo(0.9433, 3)
  })

  test('a perfect order of three and three has a two-sided p of 2 in 20', () => {
    const scores = [0, 1, 2, 3, 4, 5].map((rank): Score => ({ label: rank < 3 ? 0 : 1, probability: rank / 5 }))
    expect(permutationP(scores, { seed: 1 })).toBeCloseTo(0.1, 1)
    expect(permutationP(scores, { seed: 1 })).toBeGreaterThan(0.05)
  })
})

describe('the threshold', () => {
  const validation = [0.9, 0.8, 0.7, 0.6, 0.3].map((probability): Score => ({ label: 1, probability }))
  const absent = [0.65, 0.5, 0.2, 0.1].map((probability): Score => ({ label: 0, probability }))

  test('at a sensitivity of 0.8 is the highest that catches four of five', () => {
    // Between 0.6, which must be caught, and 0.5, the next below.
    expect(thresholdAtSensitivity([...validation, ...absent], 0.8)).toBeCloseTo(0.55, 12)
  })

  test('at a sensitivity of 1 catches everybody', () => {
    expect(thresholdAtSensitivity([...validation, ...absent], 1)).toBeCloseTo(0.25, 12)
  })

  test('by Youden weighs both classes the same', () => {
    expect(chooseThreshold([...validation, ...absent], { kind: 'youden' })).toBeCloseTo(0.675, 12)
  })
})

const person = (at: number, site: string, label: 0 | 1, probability: number) => ({
  participantId: `p${at}`,
  label,
  probability,
  groups: { site, code: `p${at}` },
})

describe('slices', () => {
  const people = [
    person(0, 'a', 0, 0.1),
    person(1, 'a', 0, 0.2),
    person(2, 'a', 1, 0.8),
    person(3, 'a', 1, 0.9),
    person(4, 'b', 1, 0.1),
    person(5, 'b', 1, 0.9),
    person(6, 'c', 0, 0.9),
  ]

  test('each site has its own figures, and only those that its participants allow', () => {
    const found = slices(people, { threshold: 0.5, seed: 1 })
    expect(found.map(({ by, value }) => `${by} ${value}`)).toEqual(['site a', 'site b', 'site c'])
    // Two and two in perfect order: too few to speak of an order, and shares of 1 have a width.
    expect(found[0]).toMatchObject({ participants: { present: 2, absent: 2 } })
    expect(found[0]?.figures).toEqual({ sensitivity: wilson(1, 2), specificity: wilson(1, 2) })
    expect(found[1]?.figures).toEqual({ sensitivity: expect.objectContaining({ value: 0.5 }) })
    expect(found[2]?.figures).toEqual({})
  })

  test('sites and sexes coded as numbers are groups; seconds are not', () => {
    const coded = Array.from({ length: 20 }, (_, at) => ({
      participantId: `p${at}`,
      label: (at % 2) as 0 | 1,
      probability: at / 20,
      groups: groupsOf({
        site: at < 10 ? 1 : 2,
        sex: at % 3 === 0 ? 0 : 1,
        seconds: at < 10 ? 4 : 5,
        label_cause: 'asthma',
      }),
    }))
    const found = slices(coded, { threshold: 0.5, seed: 1 })
    expect(found.map(({ by, value }) => `${by} ${value}`)).toEqual(['sex 0', 'sex 1', 'site 1', 'site 2'])
    expect(found[2]?.figures.rocAuc?.high).toBeGreaterThan(found[2]?.figures.rocAuc?.low ?? 1)
    expect(coded[0]?.groups['cause']).toBe('asthma')
  })
})

describe('evaluateScores', () => {
  test('a share of 1 is not known exactly', () => {
    const { sensitivity } = evaluateScores(documented, { threshold: 0.2, seed: 1, resamples: 50 }).metrics
    expect(sensitivity).toEqual(wilson(1, 2))
  })

  test('the interval holds the value and is the same for the same seed', () => {
    const scores = Array.from({ length: 60 }, (_, index) => ({
      participantId: `p${index}`,
      label: (index % 2) as 0 | 1,
      probability: ((index * 37) % 60) / 60 + (index % 2) * 0.3,
    }))
    const evaluation = evaluateScores(scores, { threshold: 0.6, seed: 5, resamples: 300 })
    for (const [name, { value, low, high }] of Object.entries(evaluation.metrics)) {
      // Not resampled error is biased upwards, so its interval need not hold it.
      if (name === 'calibrationError') continue
      expect(low).toBeLessThanOrEqual(value)
      expect(value).toBeLessThanOrEqual(high)
      expect(low, name).toBeLessThan(high)
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
