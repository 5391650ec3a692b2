import type { TrainingExample } from '../trainingRequest.ts'
import type { Row, Tabular } from './tabularBaseline.ts'

/**
 * Columns of vitals, under the names of our exports; symptoms are columns of 0 and 1 that begin with `symptom_`. The oxygen saturation is not
 * among them: respiratory insufficiency is established by it (SPIRA: below 92 %), so whoever reads it reads the label.
 */
const VITALS = ['heart_rate_per_min', 'respiratory_rate_per_min'] as const
const SYMPTOM = /^symptom_/

/** What is looked at of each recording. */
export interface BedsideFindings {
  readonly columns: readonly string[]
  readonly row: (example: TrainingExample) => Row
}

/**
 * Vitals and symptoms alone, without a sound: what is known at the bedside anyway, and what audio has to beat (Coppock et al. 2024:
 * a checklist of symptoms did better than a large network on coughs).
 *
 * @returns null where the dataset has no such column.
 */
export function bedsideFindings(examples: readonly TrainingExample[]): BedsideFindings | null {
  const measured = (column: string) => examples.some(({ groups }) => groups?.[column] !== undefined)
  const named = new Set(examples.flatMap(({ groups = {} }) => Object.keys(groups)))
  const columns = [...VITALS, ...[...named].filter((column) => SYMPTOM.test(column)).sort()].filter(measured)
  if (columns.length === 0) return null
  return {
    columns,
    row: ({ groups = {} }) =>
      columns.map((column) => {
        const value = groups[column]
        return value === undefined || Number.isNaN(Number(value)) ? null : Number(value)
      }),
  }
}

/** The same, as a baseline that is evaluated as a network is. */
export const tabularFindings = ({ columns, row }: BedsideFindings): Tabular => ({
  columns,
  open: () =>
    Promise.resolve({
      row: (_: Float32Array, example: TrainingExample) => row(example),
      close: () => Promise.resolve(),
    }),
})
