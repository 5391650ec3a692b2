import { bootstrap, type Estimate } from './bootstrap.ts'
import { type MetricName, metricNames, metrics, rocAuc } from './metrics.ts'
import type { ModelEvaluation } from './modelEvaluation.ts'
import { participantScores } from './participantScores.ts'
import type { ProbedRecording } from './probes/conditions.ts'

/** What a fold was tested under. Noise in one class alone is what fooled the predecessor. */
export const conditions = [
  'clean',
  'noise in absent alone',
  'noise in present alone',
  'noise in both',
  'room tone alone',
  'one voice in the room',
  'channel alone',
] as const
export type Condition = (typeof conditions)[number]

export const heardUnder: Readonly<Record<Condition, (recording: ProbedRecording) => number | null>> = {
  clean: ({ clean }) => clean,
  'noise in absent alone': ({ label, clean, noisy }) => (label === 0 ? noisy : clean),
  'noise in present alone': ({ label, clean, noisy }) => (label === 1 ? noisy : clean),
  'noise in both': ({ noisy }) => noisy,
  'room tone alone': ({ roomTone }) => roomTone,
  'one voice in the room': ({ voiceInRoom }) => voiceInRoom,
  'channel alone': ({ channel }) => channel,
}

export interface FoldResult {
  /** As the table names it: "fold 1 of 5", "site-a". */
  readonly name: string
  readonly evaluation: Pick<ModelEvaluation, 'threshold' | 'scores'>
}

export interface CrossValidated {
  readonly participants: number
  /** The mean over the folds, of the folds that have both classes under the condition. */
  readonly table: readonly ({ readonly condition: Condition } & Readonly<Record<MetricName, Estimate>> & {
      readonly folds: Readonly<Record<string, number>>
    })[]
}

/**
 * Figures of a cross-validation: each fold's by itself, because scores of models trained apart cannot be ranked together, then
 * their mean. The interval draws participants anew within every fold and class.
 */
export function crossValidated(folds: readonly FoldResult[], seed: number): CrossValidated {
  const table = conditions.flatMap((condition) => {
    const scores = folds.flatMap(({ name, evaluation }) => scoresOf(name, evaluation, condition))
    const complete = [...Map.groupBy(scores, ({ fold }) => fold)]
      .filter(([, own]) => new Set(own.map(({ label }) => label)).size === 2)
      .map(([fold]) => fold)
    if (complete.length === 0) return []
    const counted = scores.filter(({ fold }) => complete.includes(fold))
    return [
      {
        condition,
        ...bootstrap(counted, meanOverFolds, { seed, stratum: ({ fold, label }) => `${fold} ${label}` }),
        folds: Object.fromEntries(
          complete.map((fold) => [fold, rocAuc(counted.filter((score) => score.fold === fold))]),
        ),
      },
    ]
  })
  const people = new Set(folds.flatMap(({ evaluation }) => evaluation.scores.map(({ participantId }) => participantId)))
  return { participants: people.size, table }
}

type FoldScore = ReturnType<typeof scoresOf>[number]

function scoresOf(fold: string, { threshold, scores }: FoldResult['evaluation'], condition: Condition) {
  const heard = scores.flatMap((recording) => {
    const probability = heardUnder[condition](recording)
    return probability === null ? [] : [{ ...recording, probability }]
  })
  return participantScores(heard).map((score) => ({ ...score, fold, threshold }))
}

function meanOverFolds(sample: readonly FoldScore[]): Record<MetricName, number> {
  const folds = [...Map.groupBy(sample, ({ fold }) => fold).values()].map((own) =>
    metrics(own, own[0]?.threshold ?? 0.5),
  )
  const mean = (name: MetricName) => folds.reduce((sum, fold) => sum + fold[name], 0) / folds.length
  return Object.fromEntries(metricNames.map((name) => [name, mean(name)])) as Record<MetricName, number>
}
