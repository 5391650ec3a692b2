/** `nominal`: two values are the same or not. `ordinal`: ranks. `interval`: differences count. */
export type Metric = 'nominal' | 'ordinal' | 'interval'

/**
 * Agreement of any number of annotators, each of whom judged any number of the things: 1 - observed / expected disagreement
 * (K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, sections C to E).
 *
 * @param units of each thing the values that were given to it; fewer than two say nothing of agreement.
 * @returns null where there is nothing to compare, and where only one value was ever given.
 */
export function krippendorffAlpha(units: readonly (readonly number[])[], metric: Metric): number | null {
  const paired = units.filter((values) => values.length >= 2)
  const values = [...new Set(paired.flat())].toSorted((a, b) => a - b)
  if (values.length < 2) return null
  const at = new Map(values.map((value, index) => [value, index]))
  const size = values.length
  const coincidences = Array.from({ length: size }, () => new Float64Array(size))
  for (const unit of paired) {
    for (const [i, a] of unit.entries()) {
      for (const [j, b] of unit.entries()) {
        const row = coincidences[at.get(a) ?? 0]
        if (i !== j && row !== undefined) row[at.get(b) ?? 0] = (row[at.get(b) ?? 0] ?? 0) + 1 / (unit.length - 1)
      }
    }
  }
  const totals = coincidences.map((row) => row.reduce((sum, count) => sum + count, 0))
  const all = totals.reduce((sum, count) => sum + count, 0)
  const difference = differences(values, totals, metric)
  let observed = 0
  let expected = 0
  for (let c = 0; c < size; c++) {
    for (let k = 0; k < size; k++) {
      const delta = difference(c, k)
      observed += (coincidences[c]?.[k] ?? 0) * delta
      expected += ((totals[c] ?? 0) * (totals[k] ?? 0) * delta) / (all - 1)
    }
  }
  return expected === 0 ? null : 1 - observed / expected
}

/** The squared difference of two values, by their places in `values`. */
function differences(
  values: readonly number[],
  totals: readonly number[],
  metric: Metric,
): (c: number, k: number) => number {
  if (metric === 'nominal') return (c, k) => (c === k ? 0 : 1)
  if (metric === 'interval') return (c, k) => ((values[c] ?? 0) - (values[k] ?? 0)) ** 2
  return (c, k) => {
    const [low, high] = c < k ? [c, k] : [k, c]
    const between = totals.slice(low, high + 1).reduce((sum, count) => sum + count, 0)
    return (between - ((totals[low] ?? 0) + (totals[high] ?? 0)) / 2) ** 2
  }
}
