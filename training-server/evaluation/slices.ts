import { bootstrap, type Estimate } from './bootstrap.ts'
import { classCounts } from './curves.ts'
import { confusionAt, rocAuc } from './metrics.ts'
import { participantScores, type ParticipantScore } from './participantScores.ts'

/** A recording's score with what is known of it and of who speaks: site, sex, ageBand, device, cause, task, ... */
export interface DescribedScore extends ParticipantScore {
  readonly groups: Readonly<Record<string, string>>
}

export interface Slice {
  readonly by: string
  readonly value: string
  readonly participants: { readonly present: number; readonly absent: number }
  /** Each only where the slice has the participants it needs; of fewer than two of a class nothing is said. */
  readonly figures: Readonly<Partial<Record<'rocAuc' | 'sensitivity' | 'specificity', Estimate>>>
}

const LEAST_OF_A_CLASS = 2

/**
 * Figures over participants for every group of every column that splits the recordings. Columns of numbers (seconds, SpO2) are
 * measures, not groups, and a column that names nearly everybody apart is an id.
 */
export function slices(
  recordings: readonly DescribedScore[],
  options: { readonly threshold: number; readonly seed: number },
): Slice[] {
  const people = new Set(recordings.map(({ participantId }) => participantId)).size
  return columnsOf(recordings).flatMap((by) => {
    const described = recordings.filter(({ groups }) => by in groups)
    const byValue = Map.groupBy(described, ({ groups }) => groups[by] ?? '')
    if (byValue.size < 2 || byValue.size > people / 2) return []
    return [...byValue]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([value, own]) => {
        const scores = participantScores(own)
        return { by, value, participants: classCounts(scores), figures: figuresOf(scores, options) }
      })
  })
}

/** Columns that are no plain numbers, in the order of the alphabet. */
export function columnsOf(recordings: readonly Pick<DescribedScore, 'groups'>[]): string[] {
  const columns = [...new Set(recordings.flatMap(({ groups }) => Object.keys(groups)))].sort()
  return columns.filter((column) =>
    recordings.some(({ groups }) => groups[column] !== undefined && Number.isNaN(Number(groups[column]))),
  )
}

function figuresOf(
  scores: readonly ParticipantScore[],
  { threshold, seed }: { readonly threshold: number; readonly seed: number },
): Slice['figures'] {
  const { present, absent } = classCounts(scores)
  if (present >= LEAST_OF_A_CLASS && absent >= LEAST_OF_A_CLASS) {
    const figures = (sample: readonly ParticipantScore[]) => ({ rocAuc: rocAuc(sample), ...shares(sample, threshold) })
    return bootstrap(scores, figures, { seed, resamples: 1000 })
  }
  const { sensitivity, specificity } = shares(scores, threshold)
  return {
    ...(present >= LEAST_OF_A_CLASS ? { sensitivity: wilson(sensitivity, present) } : {}),
    ...(absent >= LEAST_OF_A_CLASS ? { specificity: wilson(specificity, absent) } : {}),
  }
}

function shares(scores: readonly ParticipantScore[], threshold: number): { sensitivity: number; specificity: number } {
  const { truePositives, falseNegatives, falsePositives, trueNegatives } = confusionAt(scores, threshold)
  return {
    sensitivity: truePositives / (truePositives + falseNegatives),
    specificity: trueNegatives / (trueNegatives + falsePositives),
  }
}

/** 95 % interval of a share (Wilson 1927): one class alone cannot be drawn within each class. */
export function wilson(share: number, count: number): Estimate {
  const z = 1.959963985
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count)
  const half = (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))
  return { value: share, low: centre - half, high: centre + half }
}
