import { expect, test } from 'vitest'
import { type CohortMember, confoundersOf } from './confounders.ts'
import { matchMembers } from './matchMembers.ts'
import { differenceOfMeans, differenceOfShares } from './standardisedDifference.ts'
import { areaOf, areaOfNames } from './tellsClass.ts'

const A = [71, 64, 58, 80, 77, 69]
const B = [45, 60, 52, 66, 49, 58, 61]

test('standardised differences and areas are those of NumPy by the papers’ formulas', () => {
  // Computed apart with NumPy 1.24 (mean, var(ddof=1), linalg.inv).
  expect(differenceOfMeans(A, B)).toBeCloseTo(1.794553291218755, 12)
  expect(differenceOfShares(Array.from('aaabbcccccdd'), Array.from('aabbbbbccddddd'))).toBeCloseTo(
    0.8430338963183425,
    12,
  )
  const area = areaOf(A, B)
  expect(area?.value).toBeCloseTo(0.8928571428571429, 12)
  expect(area?.low).toBeCloseTo(0.8928571428571429 - 1.96 * 0.09912678660567018, 12)
  expect(area?.high).toBe(1)
  // From either side.
  expect(areaOf(B, A)?.value).toBeCloseTo(0.8928571428571429, 12)
})

test('a difference of shares of two values is the one of a proportion', () => {
  const [p, q] = [0.75, 0.5]
  const expected = Math.abs(p - q) / Math.sqrt((p * (1 - p) + q * (1 - q)) / 2)
  expect(differenceOfShares(['a', 'a', 'a', 'b'], ['a', 'b'])).toBeCloseTo(expected, 12)
})

test('what cannot be said is not said', () => {
  expect(differenceOfMeans([1], [2, 3])).toBeNull()
  expect(differenceOfMeans([1, 1], [2, 2])).toBeNull()
  expect(differenceOfMeans([1, 1], [1, 1])).toBe(0)
  expect(differenceOfShares(['a'], ['b'])).toBeNull()
  expect(differenceOfShares(['a', 'a'], ['a'])).toBe(0)
  expect(areaOf([], [1])).toBeNull()
})

const member = (index: number, label: 'present' | 'absent', more: Partial<CohortMember> = {}): CohortMember => ({
  participantId: `${label}-${String(index).padStart(3, '0')}`,
  label,
  age: 50,
  sex: 'female',
  site: 'A',
  device: `tablet ${index % 3}`,
  noise: 20,
  ...more,
})
const many = (
  count: number,
  label: 'present' | 'absent',
  more: (index: number) => Partial<CohortMember> = () => ({}),
) => Array.from({ length: count }, (_, index) => member(index, label, more(index)))

test('a site of one class is found out; names that appear once tell nothing', () => {
  const told = confoundersOf([
    ...many(40, 'present', (index) => ({ site: index < 36 ? 'ICU' : 'ward', age: 40 + (index % 20) })),
    ...many(40, 'absent', (index) => ({ site: index < 36 ? 'ward' : 'ICU', age: 40 + (index % 20) })),
  ])
  const verdict = (name: string) => told.find((each) => each.name === name)?.verdict
  expect(verdict('site')).toBe('tells-class')
  expect([verdict('age'), verdict('sex'), verdict('noise')]).toEqual(['balanced', 'balanced', 'balanced'])
  const unique = areaOfNames(
    Array.from({ length: 30 }, (_, index) => `a${index}`),
    Array.from({ length: 30 }, (_, index) => `b${index}`),
  )
  expect(unique?.value).toBe(0.5)
})

test('matching: the nearest within the caliper, one to one, the same each time', () => {
  const members = [
    member(0, 'present', { age: 60 }),
    member(1, 'present', { age: 30 }),
    member(2, 'present', { age: 61, sex: 'male' }),
    member(0, 'absent', { age: 66 }),
    member(1, 'absent', { age: 61 }),
    member(2, 'absent', { age: 63, sex: 'male' }),
    member(3, 'absent', { age: 59, sex: 'male' }),
    member(4, 'absent', { age: 62 }),
  ]
  const kept = matchMembers(members, { exact: ['sex'], ageYears: 5 }).map(({ participantId }) => participantId)
  expect(kept).toEqual(['present-000', 'absent-001', 'present-002', 'absent-002'])
  expect(matchMembers(members.toReversed(), { exact: ['sex'], ageYears: 5 }).map((each) => each.participantId)).toEqual(
    kept,
  )
  // Who has no age is alike to nobody.
  expect(matchMembers([member(0, 'present', { age: null }), member(0, 'absent')], { exact: [], ageYears: 5 })).toEqual(
    [],
  )
})

const difference = (own: readonly CohortMember[]) => Math.abs(confoundersOf(own)[0]?.difference ?? Number.NaN)

test('matching on age takes the difference away', () => {
  const members = [
    ...many(30, 'present', (index) => ({ age: 55 + (index % 25) })),
    ...many(90, 'absent', (index) => ({ age: 25 + (index % 50) })),
  ]
  expect(difference(members)).toBeGreaterThan(1)
  expect(difference(matchMembers(members, { exact: [], ageYears: 3 }))).toBeLessThan(0.1)
})
