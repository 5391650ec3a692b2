import { expect, test } from 'vitest'
import { fitLogisticRegression, logOdds } from './logisticRegression.ts'

const labels = Array.from({ length: 24 }, (_, at) => (at % 2) as 0 | 1)
const rows = labels.map((label, i) =>
  Array.from({ length: 3 }, (_, j) => Math.sin(1.3 * (i + 1) * (j + 1)) + (j === 0 ? 0.8 * label : 0)),
)
const column = (at: number) => rows.map((row) => row[at])
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))
const standard = rows.map((row) => row.map((value, at) => (value - mean(column(at))) / deviation(column(at))))

const SKLEARN = { weights: [0.9322063, -0.033361, 0.0021124], intercept: -0.0016899 }

test('weights and intercept are scikit-learn’s', () => {
  // StandardScaler, then LogisticRegression(C=1, tol=1e-12), scikit-learn 1.2.1.
  const model = fitLogisticRegression(rows, labels)
  for (const [at, weight] of SKLEARN.weights.entries()) expect(model.weights[at]).toBeCloseTo(weight, 4)
  expect(model.intercept).toBeCloseTo(SKLEARN.intercept, 4)
  expect(fitLogisticRegression(standard, labels).weights[0]).toBeCloseTo(model.weights[0], 9)
})

test('what was not measured counts as the mean, and a column that never changes as nothing', () => {
  const model = fitLogisticRegression(
    rows.map((row) => [...row, 7]),
    labels,
  )
  expect(model.weights[3]).toBeCloseTo(0, 9)
  expect(logOdds(model, [null, null, null, null])).toBe(model.intercept)
  expect(logOdds(model, [2, 0, 0, 7])).toBeGreaterThan(logOdds(model, [-2, 0, 0, 7]))
})
