import { expect, test } from 'vitest'
import { hasGraphicsAdapter } from './graphicsAdapter.ts'

/** A browser whose adapters, asked for one after the other, are these. */
const browser = (...adapters: readonly (object | null | Error)[]): Navigator => {
  const left = [...adapters]
  const requestAdapter = async () => {
    const next = left.shift()
    if (next instanceof Error) throw next
    return next ?? null
  }
  return { gpu: { requestAdapter } } as unknown as Navigator
}

test.each([
  ['no WebGPU', {} as Navigator, false],
  ['a graphics processor', browser({ info: {} }), true],
  ['one that is there only when asked again', browser(null, { info: {} }), true],
  ['a driver that failed at first', browser(new Error('device lost'), { info: {} }), true],
  ['none', browser(null, null), false],
  ['the processor in disguise', browser({ info: { isFallbackAdapter: true } }), false],
  ['the same, as older Chromium says it', browser({ isFallbackAdapter: true }), false],
])('%s', async (_, navigator, has) => {
  expect(await hasGraphicsAdapter(navigator, 0)).toBe(has)
})
