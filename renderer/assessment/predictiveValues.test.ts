import { expect, test } from 'vitest'
import { predictiveValues } from './predictiveValues.ts'

const sure = (value: number) => ({ value, low: value, high: value })

test('follows the textbook: 1 % prevalence, 80 % sensitivity, 90.4 % specificity', () => {
  // D. M. Eddy's mammography problem (1982): the answer is 7.8 %.
  const values = predictiveValues({ sensitivity: sure(0.8), specificity: sure(0.904) }, 0.01)
  expect(values?.presentIfPositive.value).toBeCloseTo(0.0776, 4)
  expect(values?.presentIfNegative.value).toBeCloseTo((0.2 * 0.01) / (0.2 * 0.01 + 0.904 * 0.99), 12)
})

test('the bounds enclose the value, and a test that tells nothing leaves the prevalence', () => {
  const wide = { sensitivity: { value: 0.8, low: 0.6, high: 0.95 }, specificity: { value: 0.7, low: 0.5, high: 0.9 } }
  for (const prevalence of [0.01, 0.1, 0.5]) {
    const values = predictiveValues(wide, prevalence)
    if (values === null) throw new Error('metrics are there')
    for (const { value, low, high } of [values.presentIfPositive, values.presentIfNegative]) {
      expect(low).toBeLessThan(value)
      expect(value).toBeLessThan(high)
    }
    const blind = predictiveValues({ sensitivity: sure(0.5), specificity: sure(0.5) }, prevalence)
    expect(blind?.presentIfPositive.value).toBeCloseTo(prevalence, 12)
    expect(blind?.presentIfNegative.value).toBeCloseTo(prevalence, 12)
  }
})

test('says nothing where the evaluation does not', () => {
  expect(predictiveValues({ rocAuc: sure(0.8) }, 0.1)).toBeNull()
})
