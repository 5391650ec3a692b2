import { expect, test } from 'vitest'
import { readLogits } from './assess.ts'

const manifest = {
  temperature: 2,
  threshold: 0.5,
  uncertain: { from: 0.4, to: 0.6 },
  window: { seconds: 4, hopSeconds: 1 },
}
const windowsOf = (...logits: number[]) => logits.map((logit, at) => ({ startMs: at * 1000, logit }))

test('a recording’s probability is the mean of its windows’ tempered probabilities', () => {
  const { probability, windows, decision } = readLogits(manifest, windowsOf(2, -1, 4))
  // sigmoid(1), sigmoid(-0.5), sigmoid(2), by hand.
  expect(windows.map((window) => window.startMs)).toEqual([0, 1000, 2000])
  expect(windows[0].probability).toBeCloseTo(0.731_058_578_6, 10)
  expect(windows[1].probability).toBeCloseTo(0.377_540_668_8, 10)
  expect(windows[2].probability).toBeCloseTo(0.880_797_078, 10)
  expect(probability).toBeCloseTo(0.663_132_108_5, 10)
  expect(decision).toBe('positive')
})

test.each([
  [0, 'uncertain'],
  [0.8, 'uncertain'],
  [0.9, 'positive'],
  [-0.9, 'negative'],
  [800, 'positive'],
  [-800, 'negative'],
] as const)('a logit of %d decides %s', (logit, decision) => {
  expect(readLogits(manifest, windowsOf(logit)).decision).toBe(decision)
})

test('the ends of the uncertain range belong to it', () => {
  const range = { ...manifest, temperature: 1, uncertain: { from: 0.5, to: 0.5 } }
  expect(readLogits(range, windowsOf(0)).decision).toBe('uncertain')
})

test.each([Number.NaN, Number.POSITIVE_INFINITY])('promise 3: a logit of %d gives no score', (logit) => {
  expect(() => readLogits(manifest, windowsOf(1, logit))).toThrow(RangeError)
})

test('promise 3: no windows give no score', () => {
  expect(() => readLogits(manifest, [])).toThrow(RangeError)
})

test('the interval is 1.96 standard errors of as many windows as fit side by side', () => {
  // Windows of 4 s at 0 to 4 s: two side by side. Probabilities 0.3, 0.4, 0.5, 0.6, 0.7: mean 0.5, variance 0.025.
  const logits = [0.3, 0.4, 0.5, 0.6, 0.7].map((p) => 2 * Math.log(p / (1 - p)))
  const { probability, interval } = readLogits(manifest, windowsOf(...logits))
  expect(probability).toBeCloseTo(0.5, 10)
  expect(interval?.low).toBeCloseTo(0.5 - 1.959964 * Math.sqrt(0.025 / 2), 10)
  expect(interval?.high).toBeCloseTo(0.5 + 1.959964 * Math.sqrt(0.025 / 2), 10)
  expect(readLogits(manifest, windowsOf(...logits.slice(0, 4))).interval).toBeUndefined()
})

test('a recording unlike the training data is uncertain, whatever its probability', () => {
  const sure = windowsOf(8, 8)
  expect(readLogits(manifest, sure, { distance: 1.9, limit: 2 }).decision).toBe('positive')
  expect(readLogits(manifest, sure, { distance: 2.1, limit: 2 })).toMatchObject({
    decision: 'uncertain',
    familiarity: { distance: 2.1, limit: 2 },
  })
})
