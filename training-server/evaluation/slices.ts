import { bootstrap, type Estimate } from './bootstrap.ts'
import { classCounts } from './curves.ts'
import { confusionAt, rocAuc } from './metrics.ts'
import { participantScores, type ParticipantScore } from './participantScores.ts'
import { wilson } from './wilson.ts'

/** A recording's score with what is known of it and of who speaks: site, sex, ageBand, device, cause, task, ... */
export interface DescribedScore extends ParticipantScore {
  readonly groups: Readonly<Record<string, string>>
}

export interface Slice {
  readonly by: string
  readonly value: string
  readonly participants: { readonly present: number; readonly absent: number }
  /** Each only where the slice has the participants it needs: two of a class for a share, four of each for an order. */
  readonly figures: Readonly<Partial<Record<'rocAuc' | 'sensitivity' | 'specificity', Estimate>>>
}

const LEAST_OF_A_CLASS = 2
/** Fewer are often in perfect order by chance, and a bootstrap of a perfect order has no width. The gate's floor of a site asks for as many. */
const LEAST_FOR_AN_ORDER = 4

/** Whatever their values look like, these are groups: sites and sexes are often coded as numbers. */
export const ALWAYS_COMPARED = ['site', 'sex', 'ageBand', 'device', 'cause', 'task'] as const

/**
 * Figures over participants for every group of every column that splits the recordings. Columns of numbers (seconds, SpO2) are
 * measures, not groups (but for those that are always groups), and a column that names nearly everybody apart is an id.
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

/** Columns that are always groups, and others that are no plain numbers, in the order of the alphabet. */
export function columnsOf(recordings: readonly Pick<DescribedScore, 'groups'>[]): string[] {
  const columns = [...new Set(recordings.flatMap(({ groups }) => Object.keys(groups)))].sort()
  return columns.filter(
    (column) =>
      ALWAYS_COMPARED.some((name) => name === column) ||
      recordings.some(({ groups }) => groups[column] !== undefined && Number.isNaN(Number(groups[column]))),
  )
}

const order = (sample: readonly ParticipantScore[]) => ({ rocAuc: rocAuc(sample) })

function figuresOf(
  scores: readonly ParticipantScore[],
  { threshold, seed }: { readonly threshold: number; readonly seed: number },
): Slice['figures'] {
  const { present, absent } = classCounts(scores)
  const ranked = Math.min(present, absent) >= LEAST_FOR_AN_ORDER
  const { sensitivity, specificity } = shares(scores, threshold)
  return {
    ...(ranked ? bootstrap(scores, order, { seed, resamples: 1000 }) : {}),
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
