import type { ParticipantScore } from './participantScores.ts'

type Score = Pick<ParticipantScore, 'label' | 'probability'>

export const metricNames = ['rocAuc', 'sensitivity', 'specificity', 'f1', 'brier'] as const
export type MetricName = (typeof metricNames)[number]

/** All figures of a set with both classes at one threshold; a score at the threshold counts as present. */
export function metrics(scores: readonly Score[], threshold: number): Record<MetricName, number> {
  const called = (label: 0 | 1, present: boolean) =>
    scores.filter((score) => score.label === label && score.probability >= threshold === present).length
  const [truePositives, falseNegatives] = [called(1, true), called(1, false)]
  const [falsePositives, trueNegatives] = [called(0, true), called(0, false)]
  return {
    rocAuc: rocAuc(scores),
    sensitivity: truePositives / (truePositives + falseNegatives),
    specificity: trueNegatives / (trueNegatives + falsePositives),
    f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
    brier: scores.reduce((sum, { label, probability }) => sum + (probability - label) ** 2, 0) / scores.length,
  }
}

/**
 * Area under the ROC curve as the Mann-Whitney statistic: the chance that a random present scores above a random absent, ties
 * counting half (Hanley & McNeil 1982). From mid-ranks, O(n log n).
 */
export function rocAuc(scores: readonly Score[]): number {
  const sorted = [...scores].sort((a, b) => a.probability - b.probability)
  let rankSum = 0
  for (let from = 0; from < sorted.length;) {
    let to = from
    while (to < sorted.length && sorted[to]?.probability === sorted[from]?.probability) to += 1
    const midRank = (from + 1 + to) / 2
    rankSum += midRank * sorted.slice(from, to).filter(({ label }) => label === 1).length
    from = to
  }
  const positives = scores.filter(({ label }) => label === 1).length
  const negatives = scores.length - positives
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}
