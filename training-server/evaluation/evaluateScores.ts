import { bootstrap, type Estimate } from './bootstrap.ts'
import { classCounts } from './curves.ts'
import { metrics, type MetricName } from './metrics.ts'
import type { ParticipantScore } from './participantScores.ts'
import { wilson } from './wilson.ts'

export interface Evaluation {
  readonly participants: { readonly present: number; readonly absent: number }
  readonly threshold: number
  readonly metrics: Readonly<Record<MetricName, Estimate>>
}

/**
 * Figures of a model on participants it has not heard, each with its bootstrap 95 % interval.
 *
 * @param scores one for each participant, of both classes.
 */
export function evaluateScores(
  scores: readonly ParticipantScore[],
  options: { readonly threshold: number; readonly seed: number; readonly resamples?: number },
): Evaluation {
  const { threshold } = options
  const participants = classCounts(scores)
  const figures = bootstrap(scores, (sample) => metrics(sample, threshold), options)
  return {
    metrics: {
      ...figures,
      sensitivity: withWidth(figures.sensitivity, participants.present),
      specificity: withWidth(figures.specificity, participants.absent),
    },
    participants,
    threshold,
  }
}

/** Every draw of a share of 0 or 1 is the same: its bootstrap interval would claim to know it exactly. */
const withWidth = (share: Estimate, count: number): Estimate =>
  share.value === 0 || share.value === 1 ? wilson(share.value, count) : share
