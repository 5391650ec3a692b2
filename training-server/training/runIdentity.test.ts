import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { foldFolder } from '../evaluation/folds.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { experimentSchema } from './experiment.ts'
import { relu } from './graph/relu.ts'
import { silu } from './graph/silu.ts'
import { linear } from './graph/linear.ts'
import { addChannel } from './graph/addChannel.ts'
import { flattenTimeFirst } from './graph/flatten.ts'
import { compact } from './networks/compact.ts'
import { freshState } from './optimiser.ts'
import * as algebra from './fused/normalisedWeights.ts'
import { spiraConvV2 } from './networks/spiraConvV2.ts'
import { networkHash, requestHash } from './runIdentity.ts'

const experiment = experimentSchema.parse({ network: 'compact' })
const request = {
  runId: 'a',
  modelId: 'b',
  workFolder: '.',
  dataset: { id: null, contentHash: 'c'.repeat(64), simulated: true },
  examples: [],
  experiment: {},
}
/** As if somebody had edited the network's file. */
const edited = (activation: 'relu' | 'silu') =>
  vi.spyOn(compact, 'build').mockImplementation(({ frames, bins }) => ({
    input: [frames, bins],
    layers: [
      addChannel(),
      activation === 'relu' ? relu() : silu(),
      flattenTimeFirst('flat'),
      linear({ name: 'head', outputs: 1 }),
    ],
  }))
afterEach(() => vi.restoreAllMocks())

test('promise 7: a checkpoint of a network whose file was edited since is refused, though its name stayed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spira-identity-'))
  try {
    const path = join(folder, 'checkpoint.bin')
    const weights = new Float32Array(1)
    edited('relu')
    const hash = await requestHash(request, experiment)
    await writeCheckpoint(path, {
      schema: 2,
      requestHash: hash,
      parameterCount: 1,
      epoch: 1,
      step: 1,
      best: { epoch: 1, validationLoss: 1 },
      history: [],
      state: freshState(weights),
      bestParameters: weights,
      averaged: weights,
    })
    expect(await readCheckpoint(path, await requestHash(request, experiment))).not.toBeNull()
    edited('silu')
    await expect(requestHash(request, experiment).then((now) => readCheckpoint(path, now))).rejects.toThrow(
      'another training request',
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

const hashWithDropout = (dropShare: number) => {
  const stack = spiraConvV2.build({ frames: 60, bins: 4, dropout: dropShare, outputs: 1 })
  return networkHash({ features: spiraConvV2.features, window: spiraConvV2.window, stack })
}

test('what a fused kernel computes is part of what the network is', async () => {
  const hash = await hashWithDropout(0.7)
  expect(await hashWithDropout(0.7)).toBe(hash)
  expect(await hashWithDropout(0.5)).not.toBe(hash)
  vi.spyOn(algebra, 'normalisedWeightsSource').mockReturnValue('edited')
  expect(await hashWithDropout(0.7)).not.toBe(hash)
})

const folderNow = () => foldFolder('out', { name: 'home', experiment }, { contentHash: 'c' })

test('a fold of a network whose file was edited since is another fold', async () => {
  edited('relu')
  const before = await folderNow()
  expect(await folderNow()).toBe(before)
  edited('silu')
  expect(await folderNow()).not.toBe(before)
})

test('promise 7: other files in the same folder of ward noise are another request', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spira-ward-'))
  try {
    await writeFile(join(folder, 'ward.wav'), 'a')
    const noisy = [
      experimentSchema.parse({ augmentation: { wardNoise: { folder } } }),
      experimentSchema.parse({ evaluation: { wardNoiseFolder: folder } }),
    ]
    const hashes = () => Promise.all(noisy.map((one) => requestHash(request, one)))
    const before = await hashes()
    expect(await hashes()).toEqual(before)
    await writeFile(join(folder, 'ward.wav'), 'b')
    for (const [at, hash] of (await hashes()).entries()) expect(hash).not.toBe(before[at])
  } finally {
    await rm(folder, { recursive: true })
  }
})
