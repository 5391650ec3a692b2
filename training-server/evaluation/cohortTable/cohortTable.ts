import type { Estimate } from '../bootstrap.ts'
import { crossValidated, type Condition, type CrossValidated, type FoldResult } from '../crossValidation.ts'
import { pairedDifference } from '../pairedDifference.ts'
import type { Absent } from './contenders.ts'

export interface EvaluatedContender {
  readonly name: string
  readonly folds: readonly FoldResult[]
}

export interface CohortTable {
  readonly participants: number
  readonly rows: readonly (Absent | { readonly name: string; readonly figures: CrossValidated['table'] })[]
  /** Of two rows' ROC-AUC, participant by participant. */
  readonly differences: readonly {
    readonly of: string
    readonly from: string
    readonly condition: Condition
    readonly difference: Estimate
  }[]
}

/** Clean, and with ward noise in one class alone, then in the other: what fooled the predecessor. */
const SHOWN = ['clean', 'noise in absent alone', 'noise in present alone'] as const satisfies readonly Condition[]

/** @param rows in the order in which they are printed; each is compared with those before it. */
export function cohortTable(rows: readonly (EvaluatedContender | Absent)[], seed: number): CohortTable {
  const evaluated = rows.flatMap((row) => ('folds' in row ? [row] : []))
  const validated = evaluated.map(({ name, folds }) => ({ name, ...crossValidated(folds, seed) }))
  return {
    participants: Math.max(0, ...validated.map(({ participants }) => participants)),
    rows: rows.map((row) => {
      if ('absent' in row) return row
      return { name: row.name, figures: validated.find(({ name }) => name === row.name)?.table ?? [] }
    }),
    differences: evaluated.flatMap((one, at) =>
      evaluated.slice(0, at).flatMap((other) =>
        SHOWN.flatMap((condition) => {
          const difference = pairedDifference(one.folds, other.folds, { condition, seed })
          return difference === null ? [] : [{ of: one.name, from: other.name, condition, difference }]
        }),
      ),
    ),
  }
}

const figure = ({ value, low, high }: Estimate, digits = 3): string =>
  `${value.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`
const signed = (estimate: Estimate): string => `${estimate.value >= 0 ? '+' : ''}${figure(estimate)}`

/** Two tables in Markdown: every row under every condition, and every row less those above it. */
export function tableLines({ participants, rows, differences }: CohortTable): string[] {
  const folds = rows.flatMap((row) => ('figures' in row ? Object.keys(row.figures[0]?.folds ?? {}) : []))
  const voices = [...new Set(folds)]
  return [
    `${participants} participants. ROC-AUC as the mean over the folds, 95 % intervals over participants.`,
    '',
    `| | clean | noise in absent alone | noise in present alone | sensitivity | specificity | ${voices.join(' | ')} |`,
    `|---|---|---|---|---|---|${'---|'.repeat(voices.length)}`,
    ...rows.map((row) => {
      if ('absent' in row) return `| ${row.name} | ${row.absent} |${' |'.repeat(4 + voices.length)}`
      const under = (condition: Condition) => row.figures.find((one) => one.condition === condition)
      const clean = under('clean')
      const cells = [...SHOWN.map((condition) => under(condition)?.rocAuc), clean?.sensitivity, clean?.specificity].map(
        (estimate) => (estimate === undefined ? '' : figure(estimate)),
      )
      return `| ${[row.name, ...cells, ...voices.map((voice) => clean?.folds[voice]?.toFixed(3) ?? '')].join(' | ')} |`
    }),
    '',
    '| difference in ROC-AUC | clean | noise in absent alone | noise in present alone |',
    '|---|---|---|---|',
    ...[...Map.groupBy(differences, ({ of, from }) => `${of} less ${from}`)].map(([name, own]) => {
      const under = SHOWN.map((condition) => own.find((one) => one.condition === condition)?.difference)
      return `| ${name} | ${under.map((estimate) => (estimate === undefined ? '' : signed(estimate))).join(' | ')} |`
    }),
  ]
}
