import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { goldenSchema, modelManifestSchema } from './manifest.ts'
import { runSelfTest, type Score } from './selfTest.ts'
import { tinyModel } from './testing/tinyModel.ts'

const model = await tinyModel()
const manifest = modelManifestSchema.parse(model.manifest)
const golden = goldenSchema.parse(JSON.parse(model.golden.toString()))
const session = await InferenceSession.create(model.onnx)
const score: Score = async (features, windows) => {
  const { frames, bins } = manifest.input
  const { logits } = await session.run({ features: new Tensor('float32', features, [windows, frames, bins]) })
  return logits.data as Float32Array
}

test('promise 4: the golden sound gives its golden features and logits on onnxruntime', async () => {
  const result = await runSelfTest(manifest, golden, score)
  expect(result).toMatchObject({ passed: true, problem: null })
  expect(result.maxFeatureError).toBeLessThan(1e-6)
  expect(result.maxLogitError).toBeLessThan(1e-4)
  expect(golden.logits).toHaveLength(4)
})

const wrong = async (features: Float32Array, windows: number) =>
  (await score(features, windows)).map((logit) => logit * 1.01)

test('promise 4: a runtime that computes something else fails', async () => {
  expect(await runSelfTest(manifest, golden, wrong)).toMatchObject({
    passed: false,
    problem: expect.stringContaining('logits'),
  })
})

test.each([
  ['no number', Float32Array.of(Number.NaN, Number.NaN, Number.NaN, Number.NaN)],
  ['infinity', Float32Array.of(1, 2, Number.POSITIVE_INFINITY, 3)],
  ['too few logits', Float32Array.of(1)],
  ['nothing', new Float32Array()],
])('promise 4: %s fails', async (_, logits) => {
  expect(await runSelfTest(manifest, golden, async () => logits)).toMatchObject({ passed: false })
})

test('promise 4: features other than the training side’s fail', async () => {
  const otherFeatures = {
    ...golden,
    features: Buffer.from(new Float32Array(manifest.input.frames * 64)).toString('base64'),
  }
  expect(await runSelfTest(manifest, otherFeatures, score)).toMatchObject({
    passed: false,
    problem: expect.stringContaining('features'),
  })
  const asNaN = Buffer.from(golden.features, 'base64')
  asNaN.writeFloatLE(Number.NaN, 400)
  expect(await runSelfTest(manifest, { ...golden, features: asNaN.toString('base64') }, score)).toMatchObject({
    passed: false,
  })
})

test('promise 4: a manifest whose feature specification is not the one it names fails', async () => {
  const changed = { ...manifest, features: { ...manifest.features, hopLength: 160 } }
  expect(await runSelfTest(changed, golden, score)).toMatchObject({
    passed: false,
    maxLogitError: Number.POSITIVE_INFINITY,
  })
})

test('promise 4: a network that takes windows of another form fails', async () => {
  const other = { ...manifest, input: { ...manifest.input, frames: manifest.input.frames + 1 } }
  expect(await runSelfTest(other, golden, score)).toMatchObject({
    passed: false,
    problem: expect.stringContaining('x 64'),
  })
})
