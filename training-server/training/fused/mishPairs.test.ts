import { describe, expect, test } from 'vitest'
import { lastDropped } from '../graph/dropout.ts'
import { RandomStream } from '../randomStream.ts'
import { assemble } from './assemble.ts'
import { MISH_PAIRS_CONSTANTS, mishPairsText } from './mishPairs.ts'

/** Its own definition (Misra 2019, arXiv:1908.08681) in float64: x tanh(softplus(x)). */
const mish = (x: number) => x * Math.tanh(x > 700 ? x : Math.log1p(Math.exp(x)))
/** tanh(softplus(x)) + x sigmoid(x) / cosh(softplus(x))^2. */
const slopeOfMish = (x: number) => {
  const softplus = x > 700 ? x : Math.log1p(Math.exp(x))
  return Math.tanh(softplus) + x / (1 + Math.exp(-x)) / Math.cosh(Math.min(softplus, 300)) ** 2
}

/** With a kernel of one tap that hands its input on; `drawn` 0 drops at any share. */
async function pairs(even: readonly number[], odd: readonly number[], drawn: readonly number[], dropShare = 0) {
  const count = even.length
  const module = await assemble(
    'pairs',
    `(module (memory (export "memory") 1) ${mishPairsText({ kernel: 1, bins: 1 })})`,
  )
  const { memory, mishPairs } = (await WebAssembly.instantiate(module)).exports as unknown as {
    memory: WebAssembly.Memory
    mishPairs: (...numbers: readonly number[]) => void
  }
  const at = {
    weights: 512,
    even: 1024,
    odd: 3072,
    drawn: 5120,
    value: 7168,
    slopeEven: 9216,
    slopeOdd: 11264,
    powers: 13312,
  }
  const list = (address: number, length = count) => new Float32Array(memory.buffer, address, length)
  list(0, MISH_PAIRS_CONSTANTS.length).set(MISH_PAIRS_CONSTANTS)
  list(at.weights, 2).set([Math.LOG2E, 0])
  list(at.even).set(even)
  list(at.odd).set(odd)
  new Uint16Array(memory.buffer, at.drawn, count).set(drawn)
  mishPairs(...Object.values(at), count, lastDropped(dropShare), 1 / (1 - dropShare))
  return { value: list(at.value), slopeEven: list(at.slopeEven), slopeOdd: list(at.slopeOdd) }
}

const keptAll = (count: number) => Array.from({ length: count }, () => 65_535)

describe('Mish of pairs', () => {
  const random = new RandomStream(1, 'pairs')
  const near = [...random.uniform(200, -6, 6)]
  const far = [...random.uniform(100, -120, 120), 0, -0, 20, 21, 88, 89, -87, -88, -103, 1e4, -1e4, 1e7, -1e7]
  const inputs = [...near, ...far]
  const smaller = inputs.map(() => -1.192_061)

  test('is within float32’s rounding of x tanh(softplus(x)) everywhere, and so is its slope', async () => {
    // Beside the deepest point of Mish any other value is the larger.
    const { value, slopeEven } = await pairs(inputs, smaller, keptAll(inputs.length))
    for (const [at, x] of inputs.entries()) {
      const [y, slope] = [mish(Math.fround(x)), slopeOfMish(Math.fround(x))]
      // e^x follows x’s own rounding |x| times, down to where float32 ends.
      const rounding = 2 ** -23 * (3 + Math.abs(x))
      expect(Math.abs(value[at] - y), `mish(${x})`).toBeLessThanOrEqual(rounding * Math.abs(y) + 1e-35)
      expect(Math.abs(slopeEven[at] - slope), `slope at ${x}`).toBeLessThanOrEqual(4e-7)
    }
  })

  test('takes the larger, on either side, and gives it alone a slope', async () => {
    const first = [...random.uniform(101, -4, 4), 19, 2900, 3e6, 1e7]
    const second = [...random.uniform(101, -4, 4), 20, 4350, 9e6, -1e7]
    const { value, slopeEven, slopeOdd } = await pairs(first, second, keptAll(first.length))
    for (const [at, a] of first.entries()) {
      const [ya, yb] = [mish(a), mish(second[at])]
      expect(Math.abs(value[at] - Math.max(ya, yb))).toBeLessThan(1e-6 * Math.max(1, ya, yb))
      expect(slopeEven[at]).toBeCloseTo(ya > yb ? slopeOfMish(a) : 0, 5)
      expect(slopeOdd[at]).toBeCloseTo(ya > yb ? 0 : slopeOfMish(second[at]), 5)
    }
  })

  test('gives the first of two equal ones the slope', async () => {
    const { slopeEven, slopeOdd } = await pairs([1, -2, 0, -0.5], [1, -2, 0, -0.5], keptAll(4))
    expect([...slopeOdd]).toEqual([0, 0, 0, 0])
    for (const [at, x] of [1, -2, 0, -0.5].entries()) expect(slopeEven[at]).toBeCloseTo(slopeOfMish(x), 5)
  })

  test('drops what is drawn up to the share, and scales what it keeps', async () => {
    const last = lastDropped(0.7)
    const { value, slopeEven, slopeOdd } = await pairs([2, 2, 2, 2], [-1, -1, -1, 3], [0, last, last + 1, 65_535], 0.7)
    expect([...value.subarray(0, 2), ...slopeEven.subarray(0, 2), ...slopeOdd.subarray(0, 3)]).toEqual([
      0, 0, 0, 0, 0, 0, 0,
    ])
    expect(value[2]).toBeCloseTo(mish(2) / 0.3, 5)
    expect(slopeEven[2]).toBeCloseTo(slopeOfMish(2) / 0.3, 5)
    expect(value[3]).toBeCloseTo(mish(3) / 0.3, 5)
    expect(slopeOdd[3]).toBeCloseTo(slopeOfMish(3) / 0.3, 5)
  })

  test('a pair that is no number gives none', async () => {
    const { value } = await pairs([Number.NaN], [Number.NaN], keptAll(1))
    expect(value[0]).toBeNaN()
  })
})
