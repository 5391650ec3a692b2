import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { experimentSchema } from '../experiment.ts'
import { initialParameters } from '../flatParameters.ts'
import { GradientEngine } from '../gradientEngine.ts'
import type { Layer } from '../graph/layer.ts'
import { gradientError } from '../graph/testing/gradientError.ts'
import { forwardGraph, parametersOf } from '../graph/networkGraphs.ts'
import { goldenVectors } from '../modelPackage.ts'
import { networkInput } from '../networkInput.ts'
import { freshState, Optimiser } from '../optimiser.ts'
import { RandomStream } from '../randomStream.ts'
import type { Network } from './network.ts'

const root = join(import.meta.dirname, '../../..')

let folder: string
let onset: Network
let withDifferences: () => Layer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-guide-'))
  const guide = await readFile(join(root, 'docs/EXPERIMENTS.md'), 'utf8')
  const files = [...guide.matchAll(/```ts (\S+\/(\w+)\.ts)\n([^`]+)```/g)].map(
    ([, path = '', name = '', code = '']) => ({
      path,
      name,
      code,
    }),
  )
  expect(files.map(({ name }) => name)).toEqual(['onset', 'withDifferences'])
  // As they would lie in the tree, with the files of the guide beside each other and everything else where it is.
  for (const { path, name, code } of files) {
    const there = pathToFileURL(join(root, path))
    const moved = code
      .replaceAll('@spira/shared/', `${pathToFileURL(join(root, 'shared')).pathname}/`)
      .replaceAll(/from '(\.[^']+)'/g, (_, specifier: string) =>
        specifier.endsWith('withDifferences.ts')
          ? `from './withDifferences.ts'`
          : `from '${new URL(specifier, there).pathname}'`,
      )
    await writeFile(join(folder, `${name}.ts`), moved)
  }
  ;({ onset } = (await import(join(folder, 'onset.ts'))) as { onset: Network })
  ;({ withDifferences } = (await import(join(folder, 'withDifferences.ts'))) as { withDifferences: () => Layer })
})
afterAll(() => rm(folder, { recursive: true }))

test('the layer of the guide has the gradient of its output', async () => {
  expect(await gradientError(withDifferences(), [5, 3])).toBeLessThan(2e-3)
})

test('the network of the guide takes its features, learns, and has golden vectors', { timeout: 120_000 }, async () => {
  const { stack } = networkInput(onset, experimentSchema.parse({ dropout: 0 }))

  const optimiser = await Optimiser.create(freshState(initialParameters(parametersOf(stack), 1)), {
    kind: 'adam',
    weightDecay: 0,
    threads: 1,
  })
  const engine = await GradientEngine.create(stack, optimiser.state.parameters, { microBatch: 2, threads: 1 })
  // Class 1 rises through the bands.
  const noise = new RandomStream(1, 'windows').uniform(2 * 201 * 40, -1, 1)
  const features = noise.map((value, at) => value - 8 + (at >= 201 * 40 ? 0.1 * (at % 40) : 0))
  const batch = [{ features, labels: Float32Array.of(0, 1), sampleWeights: Float32Array.of(0.5, 0.5) }]
  const losses: number[] = []
  for (let step = 1; step <= 15; step += 1) {
    const { loss, gradients } = await engine.compute(batch, () => {})
    losses.push(loss)
    await optimiser.step(gradients, 3e-3, step)
  }
  expect(losses.at(-1)).toBeLessThan(losses[0] / 3)

  const golden = await goldenVectors(forwardGraph(stack, optimiser.state.parameters), onset)
  expect(golden.logits).toHaveLength(3)
})
