import { expect, test } from 'vitest'
import { RandomStream } from '../randomStream.ts'
import { assemble } from './assemble.ts'
import { lineProductsText } from './lineProducts.ts'

test.each([1, 2, 7, 40])('lines of %i numbers are multiplied in float64', async (bins) => {
  const text = `(module (memory (export "memory") 1) ${lineProductsText({ bins })})`
  const { memory, lineProducts } = (await WebAssembly.instantiate(await assemble('lines', text)))
    .exports as unknown as {
    memory: WebAssembly.Memory
    lineProducts: (...numbers: readonly number[]) => void
  }
  const [lines, apart, sumsAt] = [9, 2, 32_768]
  const values = new RandomStream(1, 'lines').uniform((lines + apart) * bins, -300, -250)
  new Float32Array(memory.buffer, 0, values.length).set(values)
  lineProducts(0, 4 * apart * bins, 4 * bins, sumsAt, sumsAt + 8 * lines)
  const sums = new Float64Array(memory.buffer, sumsAt, lines + 1)
  for (let line = 0; line < lines; line += 1) {
    let sum = 0
    for (let bin = 0; bin < bins; bin += 1) sum += values[line * bins + bin] * values[(line + apart) * bins + bin]
    expect(Math.abs(sums[line] / sum - 1)).toBeLessThan(1e-14)
  }
  expect(sums[lines]).toBe(0)
})
