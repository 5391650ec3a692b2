import type { Score } from '../metrics.ts'

/** A score of somebody who can be compared with whoever has the same stratum: the same site, sex and age band. */
export interface StratifiedScore extends Score {
  readonly stratum: string
}

/**
 * ROC-AUC over the pairs of a present and an absent participant of one stratum, ties counting half: the covariate-adjusted AUC
 * (Janes & Pepe 2009). A score that only tells the sites apart has 0.5.
 *
 * @returns null without a pair.
 */
export function pairedAuc(scores: readonly StratifiedScore[]): number | null {
  let [pairs, won] = [0, 0]
  for (const own of Map.groupBy(scores, ({ stratum }) => stratum).values()) {
    const absent = own.filter(({ label }) => label === 0)
    for (const { probability } of own.filter(({ label }) => label === 1)) {
      for (const other of absent) {
        pairs += 1
        won += probability > other.probability ? 1 : probability === other.probability ? 0.5 : 0
      }
    }
  }
  return pairs === 0 ? null : won / pairs
}

/** How many pairs of a present and an absent participant share a stratum. */
export const pairsWithin = (scores: readonly StratifiedScore[]): number =>
  [...Map.groupBy(scores, ({ stratum }) => stratum).values()].reduce((sum, own) => {
    const present = own.filter(({ label }) => label === 1).length
    return sum + present * (own.length - present)
  }, 0)
