import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeWav } from '@spira/shared/signal/wav.ts'
import { RandomStream } from '../randomStream.ts'
import { augmentationSchema } from './augmentation.ts'
import { blend, mixupPlan } from './mixup.ts'
import { createSoundAugmentation } from './soundAugmentation.ts'
import { specAugment } from './specAugment.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-noise-'))
  const hiss = new RandomStream(1, 'hiss').uniform(8000, -20_000, 20_000)
  await writeFile(join(folder, 'hiss.wav'), encodeWav(Int16Array.from(hiss), 16_000))
})
afterAll(() => rm(folder, { recursive: true }))

const sound = (rule: object, seed = 1) =>
  createSoundAugmentation({ augmentation: augmentationSchema.parse(rule), seed })
const wardNoise = (settings: object = {}) => sound({ wardNoise: { folder, ...settings } })
const silence = new Float32Array(32_000)
const loudest = (samples: Float32Array) => samples.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
const power = (samples: Float32Array) => samples.reduce((sum, value) => sum + value ** 2, 0) / samples.length

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
    const augment = await wardNoise({ folder: constant, slices: 3, level: { by: 'peak', range: [0.1, 0.1] } })
    for (const id of ['a', 'b', 'c', 'd']) {
      expect(augment(silence, id).reduce((sum, value) => sum + value, 0) / 8000).toBeCloseTo(3 * 0.1, 4)
    }
  })

  test('at 20 dB the noise has a hundredth of the power of the speech', async () => {
    const speech = Float32Array.from({ length: 8000 }, (_, at) => 0.5 * Math.sin(at / 5))
    const augment = await wardNoise({ slices: 1, level: { by: 'snr', rangeDb: [20, 20] } })
    const added = augment(speech, 'a').map((value, at) => value - (speech[at] ?? 0))
    expect(power(added) / power(speech)).toBeCloseTo(0.01, 3)
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
})

test('nothing is done unless asked for', async () => {
  const augment = await sound({})
  expect(augment(silence, 'a')).toBe(silence)
})

describe('gain', () => {
  const half = new Float32Array(100).fill(0.5)

  test('of 6.02 dB doubles, and clips where a converter would', async () => {
    const augment = await sound({ gain: { rangeDb: [6.0206, 6.0206] } })
    expect(augment(new Float32Array(1).fill(0.25), 'a')[0]).toBeCloseTo(0.5, 4)
    expect(
      loudest(
        augment(
          half.map((value) => 2 * value),
          'a',
        ),
      ),
    ).toBe(1)
  })

  test('follows from the seed and the recording, within its range', async () => {
    const gains = await Promise.all(
      ['a', 'b', 'c'].map(async (id) => 20 * Math.log10((await sound({ gain: {} }))(half, id)[0] ?? 0) + 6.0206),
    )
    expect(new Set(gains).size).toBe(3)
    for (const gain of gains) expect(Math.abs(gain)).toBeLessThanOrEqual(6.01)
    expect((await sound({ gain: {} }, 2))(half, 'a')).not.toEqual((await sound({ gain: {} }))(half, 'a'))
  })
})

describe('SpecAugment', () => {
  const [frames, bins] = [50, 8]
  const window = () => new RandomStream(4, 'window').uniform(frames * bins, -1, 1)
  const changed = (rule: object, seed = 1) => {
    const before = window()
    const after = window()
    const { specAugment: settings } = augmentationSchema.parse({ specAugment: rule })
    if (settings === null) throw new Error('it was asked for')
    specAugment(after, bins, settings, new RandomStream(seed, 'mask'))
    return { before, after, cells: [...after.keys()].filter((at) => after[at] !== before[at]) }
  }

  test('one time mask hides whole frames in one stretch, no longer than asked', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const { cells } = changed({ timeMasks: 1, timeFrames: 10, bandMasks: 0 }, seed)
      const hidden = [...new Set(cells.map((at) => Math.floor(at / bins)))]
      expect(cells.length).toBe(hidden.length * bins)
      expect(hidden.length).toBeLessThanOrEqual(10)
      if (hidden.length > 0) expect((hidden.at(-1) ?? 0) - (hidden[0] ?? 0)).toBe(hidden.length - 1)
    }
  })

  test('one band mask hides neighbouring bands from end to end, with their own mean', () => {
    const masks = Array.from({ length: 20 }, (_, seed) => changed({ timeMasks: 0, bandMasks: 1, bands: 3 }, seed))
    expect(masks.some(({ cells }) => cells.length === 3 * frames)).toBe(true)
    for (const { before, after, cells } of masks) {
      const hidden = [...new Set(cells.map((at) => at % bins))]
      expect(cells.length).toBe(hidden.length * frames)
      for (const bin of hidden) {
        const mean = before.filter((_, at) => at % bins === bin).reduce((sum, value) => sum + value, 0) / frames
        expect(after[bin]).toBeCloseTo(mean, 5)
      }
    }
  })

  test('the same seed hides the same', () => {
    expect(changed({}, 5).after).toEqual(changed({}, 5).after)
    expect(changed({}, 5).after).not.toEqual(changed({}, 6).after)
  })
})

describe('mixup', () => {
  test('shares have the mean and spread of a folded Beta(0.2, 0.2)', () => {
    const plan = mixupPlan(20_000, 0.2, new RandomStream(1, 'mixup'))
    const shares = plan.map(({ share }) => share)
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.5)
    // Folding keeps the squared distance from 1/2: the variance of Beta(a, a), 1 / (4 (2 a + 1)).
    const spread = shares.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / shares.length
    expect(spread).toBeCloseTo(1 / (4 * 1.4), 2)
    expect(plan.every(({ partner }) => partner >= 0 && partner < 20_000)).toBe(true)
  })

  test('the same seed pairs the same', () => {
    const [one, other] = [1, 2].map(() => mixupPlan(30, 0.4, new RandomStream(2, 'mixup of step 7')))
    expect(one).toEqual(other)
  })

  test('blending keeps the share of the own', () => {
    const own = Float32Array.of(1, 0)
    blend(own, Float32Array.of(0, 1), 0.75)
    expect([...own]).toEqual([0.75, 0.25])
  })
})
