import { expect, test } from 'vitest'
import { tryProviders } from './inferenceProvider.ts'

const golden = () => ({ features: new Float32Array(6).fill(1), windows: 2 })
/** Scores that take so long by a clock of their own. */
function providers(wasmMs: number, webgpuMs: number, webgpuLogit = 1) {
  let time = 0
  const scorer = (ms: number, logit: number) => (_: Float32Array, windows: number) => {
    time += ms
    return Promise.resolve(new Float32Array(windows).fill(logit))
  }
  return tryProviders(
    scorer(wasmMs, 1),
    async () => scorer(webgpuMs, webgpuLogit),
    golden,
    () => time,
  )
}

test('promise 4: WebGPU is taken only where it computes the same, and clearly faster', async () => {
  expect(await providers(10, 5)).toEqual({
    provider: 'webgpu',
    reason: 'faster',
    difference: 0,
    wasmMs: 10,
    webgpuMs: 5,
  })
  expect(await providers(10, 9)).toMatchObject({ provider: 'wasm', reason: 'slower' })
  expect(await providers(10, 1, 1.001)).toMatchObject({ provider: 'wasm', reason: 'differs' })
  expect(await providers(10, 1, Number.NaN)).toMatchObject({ provider: 'wasm', reason: 'differs' })
})

const wasm = (_: Float32Array, windows: number) => Promise.resolve(new Float32Array(windows))
const broken = () => Promise.reject(new Error('device lost'))
const short = async () => () => Promise.resolve(new Float32Array(1))

test('promise 4: no adapter, a network that does not load and too few logits leave WASM in place', async () => {
  expect(await tryProviders(wasm, null, golden)).toMatchObject({ provider: 'wasm', reason: 'no-adapter' })
  expect(await tryProviders(wasm, broken, golden)).toMatchObject({ provider: 'wasm', reason: 'failed' })
  expect(await tryProviders(wasm, short, golden)).toMatchObject({ provider: 'wasm', reason: 'differs' })
})
