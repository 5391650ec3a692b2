import { RandomStream } from '../training/randomStream.ts'
import { metricNames, metrics, type MetricName } from './metrics.ts'
import type { ParticipantScore } from './participantScores.ts'

export interface Estimate {
  readonly value: number
  /** Bounds of the bootstrap 95 % interval. */
  readonly low: number
  readonly high: number
}

export interface Evaluation {
  readonly participants: { readonly present: number; readonly absent: number }
  readonly threshold: number
  readonly metrics: Readonly<Record<MetricName, Estimate>>
}

/**
 * Figures of a model on participants it has not heard, each with a percentile bootstrap interval (Efron 1979) over participants,
 * drawn within each class so that every draw has both.
 *
 * @param scores one for each participant, of both classes.
 */
export function evaluateScores(
  scores: readonly ParticipantScore[],
  options: { readonly threshold: number; readonly seed: number; readonly resamples?: number },
): Evaluation {
  const { threshold, seed, resamples = 2000 } = options
  const present = scores.filter(({ label }) => label === 1)
  const absent = scores.filter(({ label }) => label === 0)
  if (present.length === 0 || absent.length === 0) {
    throw new RangeError('An evaluation needs participants of both classes.')
  }
  const value = metrics(scores, threshold)
  const random = new RandomStream(seed, 'bootstrap')
  const drawn = Array.from({ length: resamples }, () =>
    metrics([...withReplacement(present, random), ...withReplacement(absent, random)], threshold),
  )
  const estimate = (name: MetricName): Estimate => {
    const values = drawn.map((sample) => sample[name]).sort((a, b) => a - b)
    return { value: value[name], low: quantile(values, 0.025), high: quantile(values, 0.975) }
  }
  return {
    participants: { present: present.length, absent: absent.length },
    threshold,
    metrics: Object.fromEntries(metricNames.map((name) => [name, estimate(name)])) as Record<MetricName, Estimate>,
  }
}

function withReplacement<T>(items: readonly T[], random: RandomStream): T[] {
  return Array.from(random.uint32(items.length), (bits) => items[Math.floor((bits / 2 ** 32) * items.length)]).filter(
    (item) => item !== undefined,
  )
}

/** Linear between neighbours, as numpy's default; `sorted` rises. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? below
  return below + (above - below) * (at - Math.floor(at))
}
