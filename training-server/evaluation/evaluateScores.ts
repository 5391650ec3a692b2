import { bootstrap, type Estimate } from './bootstrap.ts'
import { classCounts } from './curves.ts'
import { metrics, type MetricName } from './metrics.ts'
import type { ParticipantScore } from './participantScores.ts'

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
  return {
    metrics: bootstrap(scores, (sample) => metrics(sample, threshold), options),
    participants: classCounts(scores),
    threshold,
  }
}
