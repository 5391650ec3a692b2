import * as web from 'onnxruntime-web'
import { Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { goldenSchema, type ModelManifest } from '@spira/shared/model/manifest.ts'
import { runSelfTest, type Score } from '@spira/shared/model/selfTest.ts'
import { featureSpecHash } from '@spira/shared/signal/featureSpec.ts'
import { initialParameters } from '../flatParameters.ts'
import { floats } from '../gradientEngine.ts'
import { goldenVectors } from '../modelPackage.ts'
import { forwardGraph, parameterCount, parametersOf } from '../graph/networkGraphs.ts'
import { RandomStream } from '../randomStream.ts'
import { createSession } from '../runtime.ts'
import { compact, compactLayers } from './compact.ts'

const stack = compact.build({ dropout: 0.3, frames: 201, bins: 64, outputs: 1 })
const weights = initialParameters(parametersOf(stack), 3)
const onnx = forwardGraph(stack, weights)
const [FRAMES, BINS] = [201, 64]
const windows = (count: number, frames = FRAMES) =>
  new RandomStream(5, 'windows').uniform(count * frames * BINS, -13, 2)

/** Logits and relevance curves in onnxruntime-node. */
async function score(model: Uint8Array, features: Float32Array, count: number, frames = FRAMES) {
  const session = await createSession(model, 1)
  const results = await session.run({ features: new Tensor('float32', features, [count, frames, BINS]) })
  return { logits: floats(results['logit']), relevance: floats(results['relevance']) }
}

const largest = (got: ArrayLike<number>, want: Float32Array) =>
  want.reduce((most, value, at) => Math.max(most, Math.abs((got[at] ?? Number.NaN) - value)), 0)

test('it has at most 300 000 parameters and channels in fours', () => {
  expect(parameterCount(stack)).toBeLessThanOrEqual(300_000)
  for (const { name, shape } of parametersOf(stack)) {
    if (/convolution|pointwise|depthwise/.test(name)) expect(shape[0] % 4).toBe(0)
  }
})

test('the relevance of the times adds up to the logit', async () => {
  const { logits, relevance } = await score(onnx, windows(2), 2)
  const times = relevance.length / 2
  expect(times).toBe(26)
  for (const [at, logit] of logits.entries()) {
    const sum = relevance.subarray(at * times, (at + 1) * times).reduce((total, part) => total + part, 0)
    expect(sum).toBeCloseTo(logit, 5)
  }
})

test.each([101, 401, 1000])('the same weights score %i frames', async (frames) => {
  const { logits, relevance } = await score(
    forwardGraph(compactLayers({ frames, bins: BINS, dropout: 0, outputs: 1 }), weights),
    windows(1, frames),
    1,
    frames,
  )
  expect(logits).toHaveLength(1)
  expect(Number.isFinite(logits[0])).toBe(true)
  expect(relevance).toHaveLength(Math.ceil(Math.ceil(Math.ceil(frames / 2) / 2) / 2))
})

test('neither gain nor level of the microphone changes the score', async () => {
  const features = windows(1)
  const { logits } = await score(onnx, features, 1)
  // Twice the amplitude is ln 4 more in every band.
  const { logits: louder } = await score(
    onnx,
    features.map((value) => value + Math.log(4)),
    1,
  )
  expect(louder[0]).toBeCloseTo(logits[0], 4)
})

// On several threads and on WebGPU, where a browser has them: e2e/parity.spec.ts.
test('the same file gives the same logits in onnxruntime-web, to 1e-4', { timeout: 120_000 }, async () => {
  web.env.wasm.numThreads = 1
  const session = await web.InferenceSession.create(onnx, { executionProviders: ['wasm'] })
  const results = await session.run({ features: new web.Tensor('float32', windows(3), [3, FRAMES, BINS]) })
  const expected = await score(onnx, windows(3), 3)
  expect(largest(results['logit'].data as Float32Array, expected.logits)).toBeLessThan(1e-4)
  expect(largest(results['relevance'].data as Float32Array, expected.relevance)).toBeLessThan(1e-4)
})

test('promise 4: its golden sound passes the self-test a device runs', async () => {
  const golden = goldenSchema.parse(await goldenVectors(onnx, compact))
  const manifest = {
    features: compact.features,
    featureSpecHash: await featureSpecHash(compact.features),
    window: compact.window,
    input: { name: 'features', frames: FRAMES, bins: BINS },
    output: { name: 'logit' },
  } as ModelManifest
  const onDevice: Score = async (features, count) => (await score(onnx, features, count)).logits
  const result = await runSelfTest(manifest, golden, onDevice)
  expect(result).toMatchObject({ passed: true, problem: null })
  expect(golden.logits).toHaveLength(3)
})
