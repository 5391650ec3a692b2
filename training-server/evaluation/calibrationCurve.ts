import type { Score } from './metrics.ts'

const BINS = 10

/** Participants whose probability lies in [from, to), the last bin with its end. */
export interface CalibrationBin {
  readonly from: number
  readonly to: number
  readonly count: number
  readonly meanProbability: number
  readonly shareOfPresent: number
}

/** Ten bins of equal width; those that nobody is in are left out. */
export function calibrationCurve(scores: readonly Score[]): CalibrationBin[] {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, sum: 0, present: 0 }))
  for (const { probability, label } of scores) {
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))]
    if (bin === undefined) throw new RangeError(`${probability} is no probability.`)
    bin.count += 1
    bin.sum += probability
    bin.present += label
  }
  return bins.flatMap(({ count, sum, present }, at) =>
    count === 0
      ? []
      : [
          {
            from: at / BINS,
            to: (at + 1) / BINS,
            count,
            meanProbability: sum / count,
            shareOfPresent: present / count,
          },
        ],
  )
}

/**
 * Expected calibration error (Naeini et al. 2015): how far the share of present participants lies from the mean probability, over
 * the bins, each weighted by its participants. It is never 0 in a small sample, however good the model.
 */
export const calibrationError = (scores: readonly Score[]): number =>
  calibrationCurve(scores).reduce(
    (sum, { count, meanProbability, shareOfPresent }) => sum + count * Math.abs(shareOfPresent - meanProbability),
    0,
  ) / scores.length
