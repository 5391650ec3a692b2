import { RandomStream } from '../training/randomStream.ts'
import type { Score } from './metrics.ts'

export interface Estimate {
  readonly value: number
  /** Bounds of the bootstrap 95 % interval. */
  readonly low: number
  readonly high: number
}

/**
 * Figures of a sample, each with a percentile bootstrap interval (Efron 1979) over participants, drawn within each class (or each
 * stratum) so that every draw has both. What is drawn follows from the seed.
 *
 * @param participants one entry for each participant, of both classes; entries may carry more than a score (paired figures).
 * @param options.stratum of what one draws together; must tell the classes apart.
 * @throws RangeError when a class is missing.
 */
export function bootstrap<Participant extends Pick<Score, 'label'>, Name extends string>(
  participants: readonly Participant[],
  figures: (sample: readonly Participant[]) => Readonly<Record<Name, number>>,
  options: {
    readonly seed: number
    readonly resamples?: number
    readonly stratum?: (participant: Participant) => string
  },
): Record<Name, Estimate> {
  const { seed, resamples = 2000, stratum = ({ label }) => String(1 - label) } = options
  if (new Set(participants.map(({ label }) => label)).size < 2) {
    throw new RangeError('An evaluation needs participants of both classes.')
  }
  const strata = [...Map.groupBy(participants, stratum)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, own]) => own)
  const value = figures(participants)
  const random = new RandomStream(seed, 'bootstrap')
  const drawn = Array.from({ length: resamples }, () => figures(strata.flatMap((own) => withReplacement(own, random))))
  const estimate = (name: Name): Estimate => {
    const values = drawn.map((sample) => sample[name]).sort((a, b) => a - b)
    return { value: value[name], low: quantile(values, 0.025), high: quantile(values, 0.975) }
  }
  const names = Object.keys(value) as Name[]
  return Object.fromEntries(names.map((name) => [name, estimate(name)])) as Record<Name, Estimate>
}

function withReplacement<T>(items: readonly T[], random: RandomStream): T[] {
  return Array.from(random.uint32(items.length), (bits) => items[Math.floor((bits / 2 ** 32) * items.length)]).filter(
    (item) => item !== undefined,
  )
}

/** Linear between neighbours, as numpy's default; `sorted` rises. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? below
  return below + (above - below) * (at - Math.floor(at))
}
