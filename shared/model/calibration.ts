import { z } from 'zod'

/** A rising line through points (from, to), level beyond its ends: what a mean score becomes as a probability. */
export const isotonicSchema = z
  .object({
    from: z.array(z.number().min(0).max(1)).min(1),
    to: z.array(z.number().min(0).max(1)).min(1),
  })
  .refine(({ from, to }) => from.length === to.length, 'As many values as places')
  .refine(({ from, to }) => rises(from) && rises(to), 'Places and values rise')
export type Isotonic = z.infer<typeof isotonicSchema>

const rises = (values: readonly number[]): boolean => values.every((value, at) => at === 0 || value >= values[at - 1])

/** How logits become probabilities, decided on validation participants: a temperature, and a rising line where there is one. */
export interface Calibration {
  readonly temperature: number
  readonly isotonic?: Isotonic | undefined
}

/** Of one window: sigmoid(logit / temperature), before any line. */
export const windowScore = (logit: number, { temperature }: Pick<Calibration, 'temperature'>): number =>
  1 / (1 + Math.exp(-logit / temperature))

/** A mean of window scores as a probability. */
export function calibrated(score: number, { isotonic }: Pick<Calibration, 'isotonic'>): number {
  if (isotonic === undefined) return score
  const { from, to } = isotonic
  const above = from.findIndex((place) => place >= score)
  if (above === 0) return to[0]
  if (above === -1) return to[to.length - 1]
  const below = above - 1
  return to[below] + ((to[above] - to[below]) * (score - from[below])) / (from[above] - from[below])
}

/** Of a recording: the mean of its windows' scores, through the line where there is one. NaN without windows. */
export const recordingProbability = (logits: readonly number[], calibration: Calibration): number =>
  calibrated(logits.reduce((sum, logit) => sum + windowScore(logit, calibration), 0) / logits.length, calibration)
