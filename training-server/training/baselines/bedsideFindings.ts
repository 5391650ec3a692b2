import type { TrainingExample } from '../trainingRequest.ts'
import type { Tabular } from './tabularBaseline.ts'

/** Columns of vitals, under the names of our exports; symptoms are columns of 0 and 1 that begin with `symptom_`. */
const VITALS = ['spo2_percent', 'heart_rate_per_min', 'respiratory_rate_per_min'] as const
const SYMPTOM = /^symptom_/

/**
 * Vitals and symptoms alone, without a sound: what is known at the bedside anyway, and what audio has to beat (Coppock et al. 2024:
 * a checklist of symptoms did better than a large network on coughs).
 *
 * @returns null where the dataset has no such column.
 */
export function bedsideFindings(examples: readonly TrainingExample[]): Tabular | null {
  const measured = (column: string) => examples.some(({ groups }) => groups?.[column] !== undefined)
  const named = new Set(examples.flatMap(({ groups = {} }) => Object.keys(groups)))
  const columns = [...VITALS, ...[...named].filter((column) => SYMPTOM.test(column)).sort()].filter(measured)
  if (columns.length === 0) return null
  return {
    columns,
    open: () =>
      Promise.resolve({
        row: (_: Float32Array, { groups = {} }: TrainingExample) =>
          columns.map((column) => {
            const value = groups[column]
            return value === undefined || Number.isNaN(Number(value)) ? null : Number(value)
          }),
        close: () => Promise.resolve(),
      }),
  }
}
