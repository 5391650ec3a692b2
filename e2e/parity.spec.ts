import { expect, test, type Page } from '@playwright/test'
import { experimentSchema } from '../training-server/training/experiment.ts'
import { initialParameters } from '../training-server/training/flatParameters.ts'
import { GraphBuilder } from '../training-server/training/graph/graphBuilder.ts'
import { forwardGraph, parametersOf } from '../training-server/training/graph/networkGraphs.ts'
import { networkInput } from '../training-server/training/networkInput.ts'
import { networkNamed } from '../training-server/training/networks/networks.ts'
import { RandomStream } from '../training-server/training/randomStream.ts'
import { Scorer } from '../training-server/training/scorer.ts'
import type { InferencePage, Question } from './harness/inference/page.ts'
import { serveIsolated, type IsolatedPage } from './harness/isolatedPage.ts'

/** The same ONNX file in every runtime that may run it: onnxruntime-node, WASM on one thread and on several, WebGPU. */

/** `npm run -s test:gpu`: without a graphics processor its tests fail, and are not skipped. */
const isGpuWanted = process.env['SPIRA_TEST_GPU'] !== undefined
/** Chromium on Linux uses a graphics processor without a display only by Vulkan; it tells pages its exact name only if asked to. */
const GPU_ARGS = [
  '--enable-features=Vulkan',
  '--use-angle=vulkan',
  '--disable-vulkan-surface',
  '--enable-webgpu-developer-features',
]

const LARGEST_DIFFERENCE = 1e-4
const WINDOWS = 3

interface Model {
  readonly onnx: Uint8Array
  readonly question: Question
  readonly logits: readonly number[]
}
const models = new Map<string, Model>()
let isolated: IsolatedPage
let alone: IsolatedPage

/** A network with its logits by onnxruntime-node, for random windows. */
async function add(
  name: string,
  onnx: Uint8Array,
  frames: number,
  bins: number,
  from: number,
  to: number,
): Promise<void> {
  const features = new RandomStream(1, name).uniform(WINDOWS * frames * bins, from, to)
  const scorer = await Scorer.create(onnx, { shape: [frames, bins], threads: 1 })
  const form = {
    input: { name: 'features', frames, bins },
    output: { name: 'logit' },
  } as const
  models.set(name, {
    onnx,
    question: { name, form, features: [...features], windows: WINDOWS },
    logits: await scorer.logits(features, WINDOWS),
  })
}

/** One convolution along time, of so many channels: small enough for a graphics adapter that is computed by the processor. */
function smallConvolution(channels: number): Uint8Array {
  const graph = new GraphBuilder()
  const features = graph.input('features', ['batch', 32, channels])
  const weight = graph.weight('weight', new RandomStream(2, 'weight').uniform(64 * channels * 3, -0.1, 0.1), [
    64,
    channels,
    3,
  ])
  const convolved = graph.op('Conv', [graph.op('Transpose', [features], { perm: [0, 2, 1] }), weight], {
    kernel_shape: [3],
    pads: [1, 1],
  })
  graph.output('logit', graph.sum(graph.op('Relu', [convolved]), 1, 2), ['batch'])
  return graph.toOnnx()
}

test.beforeAll(async () => {
  for (const name of ['spira-conv-v2', 'compact']) {
    const { stack } = networkInput(networkNamed(name), experimentSchema.parse({}))
    const [frames = 0, bins = 0] = stack.input
    const weights = initialParameters(parametersOf(stack), 1)
    await add(name, forwardGraph(stack, weights), frames, bins, -20, 20)
  }
  for (const channels of [4, 6]) await add(`conv${channels}`, smallConvolution(channels), 32, channels, -1, 1)
  const options = {
    beside: (path, response, headers) => {
      const model = models.get(/^\/models\/(.+)\.onnx$/.exec(path)?.[1] ?? '')
      if (model === undefined) return false
      response.writeHead(200, headers).end(model.onnx)
      return true
    },
    // Without it this Chromium has no adapter even where one could be computed by the processor.
    browserArgs: ['--enable-unsafe-webgpu', ...(isGpuWanted ? GPU_ARGS : [])],
  } satisfies Parameters<typeof serveIsolated>[1]
  isolated = await serveIsolated('inference', options)
  alone = await serveIsolated('inference', { ...options, isolation: 'none' })
})
test.afterAll(async () => {
  await isolated.close()
  await alone.close()
})

interface InferenceWindow {
  readonly inference: InferencePage
}
const wasmOn = (page: Page, { question }: Model) =>
  page.evaluate((asked) => (globalThis as unknown as InferenceWindow).inference.wasm(asked), question)
const trialOn = (page: Page, { question }: Model) =>
  page.evaluate((asked) => (globalThis as unknown as InferenceWindow).inference.trial(asked), question)
const adapterOf = async (page: Page) => {
  const ask = () => page.evaluate(() => (globalThis as unknown as InferenceWindow).inference.adapter())
  // Asked in its first moments, Chromium was seen to have no adapter where it has one.
  if (isGpuWanted) await expect.poll(async () => (await ask()).kind, { timeout: 5_000 }).toBe('hardware')
  return ask()
}
const modelNamed = (name: string): Model => {
  const model = models.get(name)
  if (model === undefined) throw new TypeError(name)
  return model
}
const difference = (got: readonly number[], expected: readonly number[]): number =>
  got.length === expected.length
    ? Math.max(...expected.map((value, at) => Math.abs(value - (got[at] ?? Number.NaN))))
    : Infinity

for (const name of ['spira-conv-v2', 'compact']) {
  test(`promise 4: ${name} gives the logits of onnxruntime-node on one WASM thread and on several`, async () => {
    const model = modelNamed(name)
    const { logits } = model
    const spread = Math.max(...logits) - Math.min(...logits)
    expect(spread).toBeGreaterThan(1e-3)
    const several = await wasmOn(await isolated.open(), model)
    const one = await wasmOn(await alone.open(), model)
    expect(several.threads).toBeGreaterThan(1)
    expect(one.threads).toBe(1)
    const differences = [difference(several.logits, logits), difference(one.logits, logits)]
    console.log(
      `${name}: ${several.threads} threads ${differences[0]?.toExponential(1)}, 1 thread ${differences[1]?.toExponential(1)}`,
    )
    for (const each of differences) expect(each).toBeLessThanOrEqual(LARGEST_DIFFERENCE)
  })
}

test('promise 4: WebGPU that computes the same may run, and one that does not is refused', async () => {
  test.setTimeout(120_000)
  const page = await isolated.open()
  const adapter = await adapterOf(page)
  test.skip(adapter.kind === 'none', 'This browser has no graphics adapter.')
  console.log('WebGPU on', adapter.kind, adapter.description)
  const right = await trialOn(page, modelNamed('conv4'))
  console.log('4 channels', JSON.stringify(right))
  expect(right.difference).toBeLessThanOrEqual(LARGEST_DIFFERENCE)
  expect(['faster', 'slower']).toContain(right.reason)
  // onnxruntime-web 1.30.0: convolutions of 6 channels are wrong by as much as the result. Once that is mended, this one passes too.
  const wrong = await trialOn(page, modelNamed('conv6'))
  console.log('6 channels', JSON.stringify(wrong))
  if ((wrong.difference ?? 0) > LARGEST_DIFFERENCE) expect(wrong).toMatchObject({ provider: 'wasm', reason: 'differs' })
  else expect(['faster', 'slower']).toContain(wrong.reason)
})

for (const name of ['spira-conv-v2', 'compact']) {
  test(`promise 4: ${name} on a graphics processor`, async () => {
    const page = await isolated.open()
    const adapter = await adapterOf(page)
    test.skip(adapter.kind !== 'hardware', 'This machine has no graphics processor.')
    const trial = await trialOn(page, modelNamed(name))
    console.log(name, 'on', adapter.description, JSON.stringify(trial))
    // Whatever it computes: where the app would use it, it is right.
    if (trial.provider === 'webgpu') expect(trial.difference).toBeLessThanOrEqual(LARGEST_DIFFERENCE)
    else expect(trial.reason).not.toBe('faster')
  })
}
