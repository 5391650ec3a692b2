import { bootstrap, type Estimate } from './bootstrap.ts'
import { heardUnder, type Condition, type FoldResult } from './crossValidation.ts'
import { rocAuc } from './metrics.ts'
import { participantScores } from './participantScores.ts'

interface PairedScore {
  readonly fold: string
  readonly label: 0 | 1
  readonly ours: number
  readonly theirs: number
}

/**
 * By how much one model's ROC-AUC exceeds another's, the mean over the same folds, with a bootstrap interval that draws each participant
 * with both scores: what both find hard or easy cancels out, as in DeLong's paired test.
 *
 * @returns null where no fold has both classes under the condition.
 */
export function pairedDifference(
  ours: readonly FoldResult[],
  theirs: readonly FoldResult[],
  { condition, seed }: { readonly condition: Condition; readonly seed: number },
): Estimate | null {
  const pairs = ours.flatMap(({ name, evaluation }): PairedScore[] => {
    const other = theirs.find((fold) => fold.name === name)
    if (other === undefined) return []
    const scores = new Map(under(other, condition).map((score) => [score.participantId, score.probability]))
    return under({ name, evaluation }, condition).flatMap(({ participantId, label, probability }) => {
      const score = scores.get(participantId)
      return score === undefined ? [] : [{ fold: name, label, ours: probability, theirs: score }]
    })
  })
  const complete = [...Map.groupBy(pairs, ({ fold }) => fold).values()]
    .filter((own) => new Set(own.map(({ label }) => label)).size === 2)
    .flat()
  if (complete.length === 0) return null
  return bootstrap(complete, (sample) => ({ difference: meanDifference(sample) }), {
    seed,
    stratum: ({ fold, label }) => `${fold} ${label}`,
  }).difference
}

const under = ({ evaluation: { scores } }: FoldResult, condition: Condition) =>
  participantScores(
    scores.flatMap((recording) => {
      const probability = heardUnder[condition](recording)
      return probability === null ? [] : [{ ...recording, probability }]
    }),
  )

function meanDifference(sample: readonly PairedScore[]): number {
  const folds = [...Map.groupBy(sample, ({ fold }) => fold).values()]
  const area = (own: readonly PairedScore[], of: 'ours' | 'theirs') =>
    rocAuc(own.map((score) => ({ label: score.label, probability: score[of] })))
  return folds.reduce((sum, own) => sum + area(own, 'ours') - area(own, 'theirs'), 0) / folds.length
}
