/** A model a person can read: log odds = intercept + sum of weight times how many deviations a value is from the mean. */
export interface LogisticRegression {
  readonly means: readonly number[]
  readonly deviations: readonly number[]
  readonly weights: readonly number[]
  readonly intercept: number
}

/** Steps of Newton's method; it has met its tolerance after about ten. */
const MOST_STEPS = 50
const TOLERANCE = 1e-10

/**
 * Logistic regression with an L2 penalty of half the squared weights, the intercept free, by Newton's method (Hastie et al. 2009,
 * The Elements of Statistical Learning, section 4.4): scikit-learn's LogisticRegression with C = 1 on standardised values.
 *
 * @param rows one list of values a sample; null is not measured and counts as the mean.
 */
export function fitLogisticRegression(
  rows: readonly (readonly (number | null)[])[],
  labels: readonly (0 | 1)[],
): LogisticRegression {
  const columns = rows[0]?.length ?? 0
  const measured = Array.from({ length: columns }, (_, column) =>
    rows.flatMap((row) => (row[column] === null ? [] : [row[column]])),
  )
  const means = measured.map((values) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length))
  const deviations = measured.map((values, column) => {
    const squares = values.reduce((sum, value) => sum + (value - means[column]) ** 2, 0)
    // A column that never changes says nothing and must not divide by 0.
    return Math.sqrt(squares / Math.max(1, values.length)) || 1
  })
  const standard = rows.map((row) => [...standardised(row, { means, deviations }), 1])

  let parameters: number[] = Array.from({ length: columns + 1 }, () => 0)
  for (let step = 0; step < MOST_STEPS; step++) {
    const gradient = parameters.map((value, at) => (at < columns ? value : 0))
    const hessian = parameters.map((_, at) => parameters.map((__, other) => (at === other && at < columns ? 1 : 0)))
    for (const [sample, values] of standard.entries()) {
      const probability = sigmoid(inner(values, parameters))
      const error = probability - labels[sample]
      const curvature = probability * (1 - probability)
      for (const [at, value] of values.entries()) {
        gradient[at] += error * value
        for (const [other, second] of values.entries()) hessian[at][other] += curvature * value * second
      }
    }
    const change = solve(hessian, gradient)
    parameters = parameters.map((value, at) => value - change[at])
    if (Math.max(...change.map(Math.abs)) < TOLERANCE) break
  }
  return { means, deviations, weights: parameters.slice(0, columns), intercept: parameters[columns] }
}

/** Logarithm of the odds of class 1. */
export const logOdds = (model: LogisticRegression, row: readonly (number | null)[]): number =>
  inner(standardised(row, model), model.weights) + model.intercept

const standardised = (
  row: readonly (number | null)[],
  { means, deviations }: Pick<LogisticRegression, 'means' | 'deviations'>,
): number[] => row.map((value, at) => (value === null ? 0 : (value - means[at]) / deviations[at]))

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit))
const inner = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at], 0)

/** Solves a x = b for a symmetric, positive definite a, by Gauss's elimination. */
function solve(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, at) => [...row, b[at]])
  for (const [pivot, row] of rows.entries()) {
    for (const below of rows.slice(pivot + 1)) {
      const factor = below[pivot] / row[pivot]
      for (let at = pivot; at < row.length; at++) below[at] -= factor * row[at]
    }
  }
  const x = b.map(() => 0)
  for (let at = rows.length - 1; at >= 0; at--) {
    const known = rows[at].slice(at + 1, -1).reduce((sum, value, offset) => sum + value * x[at + 1 + offset], 0)
    x[at] = (rows[at][rows.length] - known) / rows[at][at]
  }
  return x
}
