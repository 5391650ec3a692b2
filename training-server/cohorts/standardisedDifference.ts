/**
 * Difference of two means in units of the pooled standard deviation: (m1 - m0) / sqrt((s1² + s0²) / 2) (P. C. Austin, "An introduction to
 * propensity score methods", Multivariate Behavioral Research 46, 2011).
 *
 * @returns null with fewer than two values on a side, and where neither side varies but they differ: entirely apart.
 */
export function differenceOfMeans(first: readonly number[], second: readonly number[]): number | null {
  if (first.length < 2 || second.length < 2) return null
  const difference = mean(first) - mean(second)
  const pooled = Math.sqrt((variance(first) + variance(second)) / 2)
  if (pooled > 0) return difference / pooled
  return difference === 0 ? 0 : null
}

/**
 * The same for a variable of several values: the Mahalanobis distance between the two vectors of shares (D. Yang and J. E. Dalton, "A unified
 * approach to measuring the effect size between two groups", SAS Global Forum 2012, paper 335). Not negative.
 *
 * @returns null where a side is empty, and where the shares are entirely apart.
 */
export function differenceOfShares(first: readonly string[], second: readonly string[]): number | null {
  if (first.length === 0 || second.length === 0) return null
  const values = [...new Set([...first, ...second])].toSorted()
  // The last share follows from the others.
  const kept = values.slice(0, -1)
  if (kept.length === 0) return 0
  const [p, q] = [sharesOf(first, kept), sharesOf(second, kept)]
  const apart = kept.map((_, k) => at(p, k) - at(q, k))
  const covariance = kept.map((_, k) =>
    kept.map((__, l) =>
      k === l
        ? (at(p, k) * (1 - at(p, k)) + at(q, k) * (1 - at(q, k))) / 2
        : -(at(p, k) * at(p, l) + at(q, k) * at(q, l)) / 2,
    ),
  )
  const solved = solve(covariance, apart)
  if (solved === null) return apart.every((each) => each === 0) ? 0 : null
  return Math.sqrt(solved.reduce((sum, each, k) => sum + each * at(apart, k), 0))
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Of a sample (n - 1). */
export function variance(values: readonly number[]): number {
  const middle = mean(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
}

const at = (values: readonly number[], index: number): number => values[index] ?? 0

const sharesOf = (values: readonly string[], kept: readonly string[]): number[] =>
  kept.map((value) => values.filter((each) => each === value).length / values.length)

/** Gauss's elimination with the largest pivot; null for a matrix without an inverse. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | null {
  const rows = matrix.map((row, k) => [...row, at(right, k)])
  const size = rows.length
  for (let column = 0; column < size; column++) {
    const order = rows.slice(column).toSorted((a, b) => Math.abs(at(b, column)) - Math.abs(at(a, column)))
    rows.splice(column, size - column, ...order)
    const pivot = rows[column] ?? []
    if (Math.abs(at(pivot, column)) < 1e-12) return null
    for (let below = column + 1; below < size; below++) {
      const row = rows[below] ?? []
      const factor = at(row, column) / at(pivot, column)
      rows[below] = row.map((value, k) => value - factor * at(pivot, k))
    }
  }
  const solution = Array.from({ length: size }, () => 0)
  for (let row = size - 1; row >= 0; row--) {
    const known = solution.slice(row + 1).reduce((sum, value, k) => sum + value * at(rows[row] ?? [], row + 1 + k), 0)
    solution[row] = (at(rows[row] ?? [], size) - known) / at(rows[row] ?? [], row)
  }
  return solution
}
