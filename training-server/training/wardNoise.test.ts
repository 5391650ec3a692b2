import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeWav } from '@spira/shared/signal/wav.ts'
import { experimentSchema } from './experiment.ts'
import { RandomStream } from './randomStream.ts'
import { createAugmentation } from './wardNoise.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-noise-'))
  const hiss = new RandomStream(1, 'hiss').uniform(8000, -20_000, 20_000)
  await writeFile(join(folder, 'hiss.wav'), encodeWav(Int16Array.from(hiss), 16_000))
})
afterAll(() => rm(folder, { recursive: true }))

const wardNoise = (settings: object = {}) =>
  createAugmentation(experimentSchema.parse({ augmentation: { kind: 'ward-noise', folder, ...settings } }))
const silence = new Float32Array(32_000)
const loudest = (samples: Float32Array) => samples.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)

describe('ward noise', () => {
  test('one slice has a peak within the bounds', async () => {
    const augment = await wardNoise({ slices: 1 })
    for (const id of ['a', 'b', 'c', 'd']) {
      expect(loudest(augment(silence, id))).toBeGreaterThanOrEqual(0.0334)
      expect(loudest(augment(silence, id))).toBeLessThanOrEqual(0.1924)
    }
  })

  test('every recording gets as many slices as asked for, whatever its class', async () => {
    // A noise that is one constant for 0.5 s: each slice adds its peak 8000 times.
    const constant = await mkdtemp(join(folder, 'constant-'))
    await writeFile(join(constant, 'c.wav'), encodeWav(new Int16Array(8000).fill(16_384), 16_000))
    const augment = await wardNoise({ folder: constant, slices: 3, peak: [0.1, 0.1] })
    for (const id of ['a', 'b', 'c', 'd']) {
      expect(augment(silence, id).reduce((sum, value) => sum + value, 0) / 8000).toBeCloseTo(3 * 0.1, 4)
    }
  })

  test('what is added follows from the seed and the recording', async () => {
    const augment = await wardNoise()
    expect(augment(silence, 'a')).toEqual((await wardNoise())(silence, 'a'))
    expect(augment(silence, 'a')).not.toEqual(augment(silence, 'b'))
  })

  test('the recording itself is left as it was', async () => {
    const speech = new RandomStream(2, 'speech').uniform(32_000, -0.5, 0.5)
    const before = speech.slice()
    ;(await wardNoise())(speech, 'a')
    expect(speech).toEqual(before)
  })

  test('a folder without WAV files is refused by name', async () => {
    const empty = await mkdtemp(join(folder, 'empty-'))
    await expect(wardNoise({ folder: empty })).rejects.toThrow(`${empty} holds no WAV file`)
  })

  test('none leaves the samples as they are', async () => {
    const augment = await createAugmentation(experimentSchema.parse({}))
    expect(augment(silence, 'a')).toBe(silence)
  })
})
