import { calibrationError } from './calibrationCurve.ts'
import type { ParticipantScore } from './participantScores.ts'

export type Score = Pick<ParticipantScore, 'label' | 'probability'>

/** In the order in which they are read. */
export const metricNames = [
  'rocAuc',
  'prAuc',
  'sensitivity',
  'specificity',
  'f1',
  'uar',
  'brier',
  'calibrationError',
] as const
export type MetricName = (typeof metricNames)[number]

export interface Confusion {
  readonly truePositives: number
  readonly falseNegatives: number
  readonly falsePositives: number
  readonly trueNegatives: number
}

/** Counts at a threshold; a score at the threshold counts as present. */
export function confusionAt(scores: readonly Score[], threshold: number): Confusion {
  const called = (label: 0 | 1, present: boolean) =>
    scores.filter((score) => score.label === label && score.probability >= threshold === present).length
  return {
    truePositives: called(1, true),
    falseNegatives: called(1, false),
    falsePositives: called(0, true),
    trueNegatives: called(0, false),
  }
}

/** All figures of a set with both classes at one threshold. */
export function metrics(scores: readonly Score[], threshold: number): Record<MetricName, number> {
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = confusionAt(scores, threshold)
  const sensitivity = truePositives / (truePositives + falseNegatives)
  const specificity = trueNegatives / (trueNegatives + falsePositives)
  return {
    rocAuc: rocAuc(scores),
    prAuc: averagePrecision(scores),
    sensitivity,
    specificity,
    f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
    // Unweighted average recall: of a set with few present, accuracy would praise whoever calls nobody present.
    uar: (sensitivity + specificity) / 2,
    brier: scores.reduce((sum, { label, probability }) => sum + (probability - label) ** 2, 0) / scores.length,
    calibrationError: calibrationError(scores),
  }
}

/**
 * Area under the ROC curve as the Mann-Whitney statistic: the chance that a random present scores above a random absent, ties
 * counting half (Hanley & McNeil 1982). From mid-ranks, O(n log n).
 */
export function rocAuc(scores: readonly Score[]): number {
  let rankSum = 0
  let below = 0
  let positives = 0
  for (const { present, absent } of steps(scores).toReversed()) {
    const count = present + absent
    rankSum += present * (below + (count + 1) / 2)
    below += count
    positives += present
  }
  const negatives = scores.length - positives
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

/**
 * Area under the precision-recall curve as average precision: the sum over falling thresholds of precision times the recall won,
 * without interpolation, which would flatter (Davis & Goadrich 2006).
 */
export function averagePrecision(scores: readonly Score[]): number {
  const positives = scores.filter(({ label }) => label === 1).length
  let [truePositives, called, area] = [0, 0, 0]
  for (const { present, absent } of steps(scores)) {
    truePositives += present
    called += present + absent
    area += (present / positives) * (truePositives / called)
  }
  return area
}

/** How many of each class have each distinct probability, the highest first: what every curve is drawn from. */
export function steps(scores: readonly Score[]): { probability: number; present: number; absent: number }[] {
  const found: { probability: number; present: number; absent: number }[] = []
  for (const { probability, label } of scores.toSorted((a, b) => b.probability - a.probability)) {
    let last = found.at(-1)
    if (last?.probability !== probability) found.push((last = { probability, present: 0, absent: 0 }))
    if (label === 1) last.present += 1
    else last.absent += 1
  }
  return found
}
