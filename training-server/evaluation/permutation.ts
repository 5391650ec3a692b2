import { RandomStream } from '../training/randomStream.ts'
import { rocAuc, type Score } from './metrics.ts'

const PERMUTATIONS = 2000

const distance = (auc: number): number => Math.abs(auc - 0.5)

/**
 * How likely an ROC-AUC at least this far from 0.5 is when the scores know nothing of the labels: the share of shuffled labels
 * that reach it, this order counted as one of them (Phipson & Smyth 2010). It stays honest where the bootstrap is blind: four
 * people sorted perfectly have the interval 1 to 1, and a p of 1/3.
 */
export function permutationP(scores: readonly Score[], options: { readonly seed: number }): number {
  const random = new RandomStream(options.seed, 'permutation')
  const observed = distance(rocAuc(scores)) - 1e-12
  const labels = scores.map(({ label }) => label)
  let reached = 1
  for (let permutation = 0; permutation < PERMUTATIONS; permutation += 1) {
    // Sorted by random keys: the same chance for every order, and one draw instead of one for each place.
    const keys = random.uint32(labels.length)
    const shuffled = labels.map((label, at) => ({ label, key: keys[at] ?? 0 })).sort((a, b) => a.key - b.key)
    const auc = rocAuc(scores.map(({ probability }, at) => ({ probability, label: shuffled[at]?.label ?? 0 })))
    if (distance(auc) >= observed) reached += 1
  }
  return reached / (PERMUTATIONS + 1)
}
