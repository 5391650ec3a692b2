import { expect, it } from 'vitest'
import { compareSearch, differences } from './compareRuns.ts'

it('finds what differs between configurations, by its path, and counts what does not', () => {
  const common = { epochs: 20, optimiser: { kind: 'adam', learningRate: 0.001 }, metrics: ['rocAuc'] }
  expect(
    differences([
      common,
      { ...common, optimiser: { kind: 'adam', learningRate: 0.002 } },
      { ...common, calibration: 'isotonic' },
    ]),
  ).toEqual({
    rows: [
      { path: 'calibration', values: [null, null, 'isotonic'] },
      { path: 'optimiser.learningRate', values: ['0.001', '0.002', '0.001'] },
    ],
    same: 3,
  })
})

it('takes runs from the address once each, four at most', () => {
  expect(compareSearch({ run: ['a', 'b', 'a', 'c', 'd', 'e'] })).toEqual({ run: ['a', 'b', 'c', 'd'] })
  expect(compareSearch({ run: 'a' })).toEqual({ run: ['a'] })
  expect(compareSearch({})).toEqual({ run: [] })
})
