import { bootstrap, type Estimate } from './bootstrap.ts'
import { rocAuc } from './metrics.ts'
import { participantScores, type ParticipantScore } from './participantScores.ts'

/** How well the same people are told apart by vitals and symptoms alone, and how much better the sound does. */
export interface WithoutSound {
  /** What is looked at. */
  readonly columns: readonly string[]
  readonly rocAuc: Estimate
  /** ROC-AUC by sound less that without; below 0 where sound is worse. */
  readonly gained: Estimate
}

/**
 * Compares a model with the baseline that audio must beat, person by person: each draw of the bootstrap has both scores of whom it draws.
 *
 * @param scores of the same test recordings.
 */
export function comparedWithoutSound(
  scores: { readonly bySound: readonly ParticipantScore[]; readonly without: readonly ParticipantScore[] },
  { columns, seed }: { readonly columns: readonly string[]; readonly seed: number },
): WithoutSound {
  const without = new Map(participantScores(scores.without).map((one) => [one.participantId, one.probability]))
  const pairs = participantScores(scores.bySound).map(({ participantId, label, probability }) => ({
    sound: { label, probability },
    other: { label, probability: without.get(participantId) ?? Number.NaN },
    label,
  }))
  const figures = bootstrap(
    pairs,
    (sample) => {
      const alone = rocAuc(sample.map(({ other }) => other))
      return { rocAuc: alone, gained: rocAuc(sample.map(({ sound }) => sound)) - alone }
    },
    { seed },
  )
  return { columns, ...figures }
}

/** Whether sound is shown to be better, in a sentence. */
export function verdictOf({ gained }: WithoutSound): string {
  if (gained.low > 0) return 'Sound does better.'
  if (gained.high < 0) return 'Sound does worse: it has not beaten what is known at the bedside without it.'
  return 'Sound is not shown to do better: the interval of the difference has 0 in it.'
}

/** Why the oxygen saturation is never among the columns. */
export const WHY_NO_SPO2 = 'Oxygen saturation is left out: the label is made of it.'
