import { expect, test } from 'vitest'
import { cohenKappa } from './cohenKappa.ts'
import { krippendorffAlpha } from './krippendorffAlpha.ts'

const repeated = (times: number, pair: readonly [string, string]) => Array.from({ length: times }, () => pair)

test("Cohen's kappa of the worked examples is the published one", () => {
  // Fifty grant proposals by two readers: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no; kappa 0.4 (a textbook table, also Wikipedia's).
  const proposals = [
    ...repeated(20, ['yes', 'yes']),
    ...repeated(5, ['yes', 'no']),
    ...repeated(10, ['no', 'yes']),
    ...repeated(15, ['no', 'no']),
  ]
  expect(cohenKappa(proposals)).toBeCloseTo(0.4, 12)
  // Cohen 1960, table 1: proportions .44 .07 .09 / .05 .20 .05 / .01 .03 .06 of 200; kappa .492 (given as .49).
  const cells = [
    [88, 14, 18],
    [10, 40, 10],
    [2, 6, 12],
  ]
  const psychologists = cells.flatMap((row, a) => row.flatMap((count, b) => repeated(count, [String(a), String(b)])))
  expect(cohenKappa(psychologists)).toBeCloseTo(0.492, 3)
})

// Krippendorff 2011, section C: four observers, twelve units, some values missing.
const OBSERVERS = [
  [1, 2, 3, 3, 2, 1, 4, 1, 2, null, null, null],
  [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, null, 3],
  [null, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, null],
  [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, null],
]
const UNITS = Array.from({ length: 12 }, (_, unit) =>
  OBSERVERS.map((values) => values[unit] ?? null).filter((value) => value !== null),
)

test.each([
  ['nominal', 0.743],
  ['ordinal', 0.815],
  ['interval', 0.849],
] as const)("Krippendorff's alpha of the published example, %s, is %f", (metric, expected) => {
  expect(krippendorffAlpha(UNITS, metric)).toBeCloseTo(expected, 3)
})

test('where nothing can be compared there is no number', () => {
  expect(cohenKappa([])).toBeNull()
  expect(cohenKappa(repeated(5, ['yes', 'yes']))).toBeNull()
  expect(krippendorffAlpha([[1], [2], [3]], 'nominal')).toBeNull()
  expect(
    krippendorffAlpha(
      [
        [1, 1],
        [1, 1],
      ],
      'nominal',
    ),
  ).toBeNull()
})
