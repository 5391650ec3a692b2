import { expect, test } from 'vitest'
import { RandomStream } from './randomStream.ts'

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length

test('numbers are uniform in [0, 1) and normal numbers have the moments asked for', () => {
  const random = new RandomStream('moments')
  const uniform = Array.from({ length: 20_000 }, () => random.uniform())
  expect(uniform.every((x) => x >= 0 && x < 1)).toBe(true)
  expect(mean(uniform)).toBeCloseTo(0.5, 1.5)
  expect(mean(uniform.map((x) => (x - 0.5) ** 2))).toBeCloseTo(1 / 12, 2)
  const normal = Array.from({ length: 20_000 }, () => random.normal(3, 2))
  expect(Math.abs(mean(normal) - 3)).toBeLessThan(0.06)
  expect(Math.abs(Math.sqrt(mean(normal.map((x) => (x - 3) ** 2))) - 2)).toBeLessThan(0.06)
})

test('a fork depends on its name and not on what was drawn before', () => {
  const untouched = new RandomStream('seed')
  const used = new RandomStream('seed')
  for (let i = 0; i < 100; i++) used.uniform()
  expect(used.fork('noise').uniform()).toBe(untouched.fork('noise').uniform())
  expect(used.fork('noise').uniform()).not.toBe(used.fork('voice').uniform())
})

test('streams of neighbouring keys are not alike', () => {
  const columns = [0, 1].map((offset) =>
    Array.from({ length: 5000 }, (_, i) => new RandomStream(`speaker/${2 * i + offset}`).uniform(-1, 1)),
  )
  const correlation = (3 * (columns[0] ?? []).reduce((sum, x, i) => sum + x * (columns[1]?.[i] ?? 0), 0)) / 5000
  expect(Math.abs(correlation)).toBeLessThan(0.06)
})
