import { expect, test } from 'vitest'
import { createFeatureProfile, familiarityDistance, fitFamiliarity } from './familiarity.ts'

test('a profile is the mean and the deviation of each bin, over all frames of all windows', () => {
  const profile = createFeatureProfile(2)
  expect(profile.read()).toBeNull()
  profile.add(Float32Array.of(1, 10, 3, 10))
  profile.add(Float32Array.of(5, 10))
  // Bin 0: 1, 3, 5 with variance 8 / 3; bin 1 never moves.
  const [mean, otherMean, deviation, otherDeviation] = profile.read() ?? []
  expect([mean, otherMean, otherDeviation]).toEqual([3, 10, 0])
  expect(deviation).toBeCloseTo(Math.sqrt(8 / 3), 12)
})

test('the distance is in standard deviations of training, and 99 of 100 training recordings lie within the limit', () => {
  const profiles = Array.from({ length: 200 }, (_, at) => Float64Array.of(at, 1000 - 2 * at))
  const known = fitFamiliarity(profiles)
  expect(known.mean).toEqual([99.5, 801])
  // Sample variance of 0..199: n (n + 1) / 12 = 3350; the second value moves twice as much.
  expect(known.deviation[0]).toBeCloseTo(Math.sqrt(3350), 9)
  expect(known.deviation[1]).toBeCloseTo(2 * Math.sqrt(3350), 9)
  expect(familiarityDistance(known, Float64Array.of(99.5 + Math.sqrt(3350), 801))).toBeCloseTo(Math.sqrt(1 / 2), 9)
  const outside = profiles.filter((profile) => familiarityDistance(known, profile) > known.limit)
  expect(outside.length).toBeLessThanOrEqual(2)
  expect(familiarityDistance(known, Float64Array.of(1000, -1000))).toBeGreaterThan(known.limit)
})

test('recordings held back may lie farther away without being strange', () => {
  const known = fitFamiliarity([Float64Array.of(-1), Float64Array.of(1)], [Float64Array.of(4)])
  expect(known.limit).toBeCloseTo(4 / Math.SQRT2, 12)
  expect(fitFamiliarity([Float64Array.of(-1), Float64Array.of(1)]).limit).toBeCloseTo(1 / Math.SQRT2, 12)
})

test('a value that never varied does not make every other recording infinitely strange; a wrong length is refused', () => {
  const known = fitFamiliarity([Float64Array.of(1, 2), Float64Array.of(1, 4)])
  expect(Number.isFinite(familiarityDistance(known, Float64Array.of(1.1, 3)))).toBe(true)
  expect(() => familiarityDistance(known, Float64Array.of(1))).toThrow(RangeError)
  expect(() => fitFamiliarity([Float64Array.of(1)])).toThrow(RangeError)
})
