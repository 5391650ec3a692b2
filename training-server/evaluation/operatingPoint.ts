import { z } from 'zod'
import { youdenThreshold } from '../training/calibration.ts'
import { steps, type Score } from './metrics.ts'

/** How the threshold is chosen, on validation participants alone. */
export const operatingPointSchema = z.discriminatedUnion('kind', [
  /** The highest threshold that still calls this share of the present participants present: a screening test must not miss. */
  z.strictObject({ kind: z.literal('sensitivity'), atLeast: z.number().positive().max(1) }),
  /** The largest sensitivity + specificity (Youden 1950). */
  z.strictObject({ kind: z.literal('youden') }),
])
export type OperatingPoint = z.infer<typeof operatingPointSchema>

export const chooseThreshold = (validation: readonly Score[], rule: OperatingPoint): number =>
  rule.kind === 'youden' ? youdenThreshold(validation) : thresholdAtSensitivity(validation, rule.atLeast)

/**
 * In the middle between the lowest score that must be called present and the next lower one, so that a score a hair off is
 * called as its neighbour is.
 *
 * @throws RangeError without present participants.
 */
export function thresholdAtSensitivity(scores: readonly Score[], atLeast: number): number {
  const present = scores.filter(({ label }) => label === 1).length
  const falling = steps(scores)
  let caught = 0
  for (const [at, step] of falling.entries()) {
    caught += step.present
    // 9 of 10 are 90 %, whatever binary fractions say.
    if (caught / present < atLeast - 1e-9) continue
    return (step.probability + (falling[at + 1]?.probability ?? 0)) / 2
  }
  throw new RangeError('A threshold at a sensitivity needs validation participants of class 1.')
}
