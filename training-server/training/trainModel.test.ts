import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromBase64 } from '@spira/shared/protocol/bytes.ts'
import { goldenSchema, modelManifestSchema } from '@spira/shared/model/manifest.ts'
import { createFeatureProfile, familiarityDistance } from '@spira/shared/model/familiarity.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { createWindowStream } from '@spira/shared/signal/streamingFeatures.ts'
import { encodeWav } from '@spira/shared/signal/wav.ts'
import type { ModelEvaluation } from '../evaluation/modelEvaluation.ts'
import { RandomStream } from './randomStream.ts'
import { Scorer } from './scorer.ts'
import { trainModel } from './trainModel.ts'
import type { TrainedModel, TrainingExample, TrainingOptions, TrainingRequest } from './trainingRequest.ts'

/** Training forks processes on a machine that may be busy. */
const PATIENT = { timeout: 240_000 }
const once = { shuffledLabels: { trainings: 0 }, unseenSites: false }
const experiment = { epochs: 4, batchSize: 4, patience: 5, weightAveraging: { decay: 0.9 }, evaluation: once }

let folder: string
let examples: TrainingExample[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-train-'))
  examples = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const label = index % 2 === 0 ? 0 : 1
      const wavPath = join(folder, `${index}.wav`)
      await writeFile(wavPath, encodeWav(noisyTone(index, label === 0 ? 180 : 420), 16_000))
      return { recordingId: `r${index}`, participantId: `p${index}`, siteId: 's', label, wavPath } as const
    }),
  )
})
afterAll(() => rm(folder, { recursive: true }))

/** 4.5 s, two windows: a tone that tells the class, in noise that tells the person. */
function noisyTone(person: number, hz: number): Int16Array {
  const noise = new RandomStream(person, 'test noise').uniform(72_000, -3000, 3000)
  return Int16Array.from(noise, (value, at) => value + 9000 * Math.sin((2 * Math.PI * hz * at) / 16_000))
}

const requestIn = (name: string): TrainingRequest => ({
  runId: newId(),
  modelId: newId(),
  workFolder: join(folder, name),
  dataset: { id: null, contentHash: 'a'.repeat(64), simulated: true },
  examples,
  experiment,
})
const quietly = (options: Partial<TrainingOptions> = {}): TrainingOptions => ({
  signal: new AbortController().signal,
  onProgress: () => {},
  ...options,
})
const hashOf = async ({ onnxPath }: TrainedModel) =>
  createHash('sha256')
    .update(await readFile(onnxPath))
    .digest('hex')

describe('trainModel', () => {
  let model: TrainedModel
  const progress: { stage: string; progress: number }[] = []
  beforeAll(async () => {
    model = await trainModel(requestIn('first'), quietly({ onProgress: (step) => progress.push(step) }))
  }, PATIENT.timeout)

  test(
    'promise 7: the same dataset, configuration and seed give the same weights, byte for byte',
    PATIENT,
    async () => {
      const again = await trainModel({ ...requestIn('again'), examples: examples.toReversed() }, quietly())
      const hashes = [await hashOf(model), await hashOf(again)]
      process.stdout.write(`two runs: ${hashes.join(' ')}\n`)
      expect(hashes[1]).toBe(hashes[0])
      expect(again.manifest.golden).toEqual(model.manifest.golden)
      expect(again.manifest.training.configurationHash).toBe(model.manifest.training.configurationHash)
    },
  )

  test('promise 7: a run killed with -9 and resumed gives the same weights, byte for byte', PATIENT, async () => {
    const request = requestIn('killed')
    const log = join(request.workFolder, 'training.log')
    const killAfterFirstEpoch = async () => {
      const [, pid] = /process (\d+)/.exec(await readFile(log, 'utf8')) ?? []
      process.kill(Number(pid), 'SIGKILL')
    }
    const killed = trainModel(
      request,
      quietly({ onProgress: ({ epoch }) => (epoch?.epoch === 1 ? void killAfterFirstEpoch() : undefined) }),
    )
    await expect(killed).rejects.toThrow(/SIGKILL.*training\.log/)
    expect(await readdir(request.workFolder)).not.toContain('model.onnx')

    const epochs: number[] = []
    const resumed = await trainModel(request, quietly({ onProgress: ({ epoch }) => epoch && epochs.push(epoch.epoch) }))
    expect(await readFile(log, 'utf8')).toMatch(/goes on after epoch [1-3]\n/)
    // What was reached before is told again: its report may have died with the process.
    expect(epochs).toEqual([1, 2, 3, 4])
    const hashes = [await hashOf(model), await hashOf(resumed)]
    process.stdout.write(`never stopped, killed and resumed: ${hashes.join(' ')}\n`)
    expect(hashes[1]).toBe(hashes[0])
  })

  test(
    'promise 7: with everything augmented, the same seed gives the same weights and another augmentation others',
    PATIENT,
    async () => {
      const augmentation = { copies: 2, channel: {}, gain: {}, specAugment: {}, mixup: { alpha: 0.4 } }
      const augmented = (name: string, changed: object = {}) =>
        trainModel(
          {
            ...requestIn(name),
            experiment: { ...experiment, epochs: 1, augmentation: { ...augmentation, ...changed } },
          },
          quietly(),
        )
      const one = await hashOf(await augmented('augmented'))
      expect(await hashOf(await augmented('augmented again'))).toBe(one)
      expect(await hashOf(await augmented('unmixed', { mixup: null }))).not.toBe(one)
      expect(await hashOf(await augmented('one copy', { copies: 1 }))).not.toBe(one)
      expect(await hashOf(await augmented('unmasked', { specAugment: null }))).not.toBe(one)
    },
  )

  test('another seed gives other weights', PATIENT, async () => {
    const other = await trainModel(
      { ...requestIn('seed'), experiment: { ...experiment, seed: 2, epochs: 1 } },
      quietly(),
    )
    expect(await hashOf(other)).not.toBe(await hashOf(model))
  })

  test('the manifest is one, but for the version that the registry gives', () => {
    const manifest = modelManifestSchema.parse({ ...model.manifest, version: 0 })
    expect(manifest.intendedUse).toBe('simulated-not-for-clinical-use')
    expect(manifest.trainedOn).toMatchObject({ participants: 4, recordings: 4, simulated: true })
    expect(manifest.uncertain.from).toBeLessThanOrEqual(manifest.threshold)
    expect(Object.keys(manifest.metrics)).toContain('rocAuc')
  })

  test(
    'promise 6: each run trains anew on shuffled labels and without each site, and tests on people of that site',
    PATIENT,
    async () => {
      const sites = Array.from({ length: 60 }, (_, at): TrainingExample => ({
        ...examples[at % 8],
        recordingId: `s${at}`,
        participantId: `q${at}`,
        label: at % 2 === 0 ? 0 : 1,
        siteId: at < 30 ? 'home' : 'ward',
        groups: {
          // The ill breathe faster, most of them; the saturation would tell them all.
          respiratory_rate_per_min: String(14 + (at % 7) + 6 * (at % 2)),
          spo2_percent: at % 2 === 0 ? '97' : '89',
        },
      }))
      const request = {
        ...requestIn('sites'),
        examples: sites,
        experiment: { network: 'compact', epochs: 1, batchSize: 4 },
      }
      await trainModel(request, quietly())
      const evaluation = JSON.parse(await readFile(join(folder, 'sites', 'evaluation.json'), 'utf8')) as ModelEvaluation
      const probe = (name: string) => evaluation.probes.find((one) => one.name === name)
      expect(probe('leave-one-site-out')?.participants).toEqual({ present: 30, absent: 30 })
      expect(probe('label-permutation')?.figures['trainedOnShuffled']).toBeDefined()

      // Beside the sound, what is known without it; never the saturation, which makes the label.
      const { withoutSound, metrics } = evaluation
      expect(withoutSound?.columns).toEqual(['respiratory_rate_per_min'])
      expect(withoutSound?.rocAuc.value).toBeGreaterThan(0.8)
      expect(withoutSound?.rocAuc.value).toBeLessThan(1)
      expect(withoutSound?.gained.value).toBeCloseTo(metrics.rocAuc.value - (withoutSound?.rocAuc.value ?? 0), 12)
    },
  )

  test('the manifest knows what its recordings sound like, heard as the bedside hears them', () => {
    const { familiarity, features, window, input } = model.manifest
    if (familiarity === undefined) throw new Error('The manifest says nothing of likeness.')
    const distance = (sound: Int16Array): number => {
      const stream = createWindowStream(features, window)
      const profile = createFeatureProfile(input.bins)
      const samples = Float32Array.from(sound, (value) => value / 32_768)
      for (const heard of [...stream.push(samples), ...stream.finish()]) profile.add(heard.features)
      return familiarityDistance(familiarity, profile.read() ?? new Float64Array())
    }
    const within = examples.filter((_, at) => distance(noisyTone(at, at % 2 === 0 ? 180 : 420)) <= familiarity.limit)
    // All that were trained on and validated with; those held out may be strange.
    expect(within.length).toBeGreaterThanOrEqual(6)
    expect(distance(noisyTone(1, 5000))).toBeGreaterThan(familiarity.limit)
  })

  test(
    'labels smoothed by one half leave no loss below that of 3 to 1; the manifest has the figures asked for',
    PATIENT,
    async () => {
      const losses: number[] = []
      const smoothed = await trainModel(
        {
          ...requestIn('smoothed'),
          experiment: {
            ...experiment,
            network: 'compact',
            epochs: 2,
            labelSmoothing: 0.5,
            evaluation: { ...once, metrics: ['rocAuc', 'uar'] },
          },
        },
        quietly({ onProgress: ({ epoch }) => losses.push(...(epoch === undefined ? [] : [epoch.trainLoss])) }),
      )
      // Half of each label is shared by both classes: targets of 3/4 and 1/4, whose own entropy no network can undercut.
      const least = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25)
      expect(losses).toHaveLength(2)
      expect(Math.min(...losses)).toBeGreaterThanOrEqual(least - 1e-6)
      const { rocAuc, uar, brier } = smoothed.manifest.metrics
      expect([rocAuc !== undefined, uar !== undefined, brier]).toEqual([true, true, undefined])
    },
  )

  test('promise 4: the golden vectors are what the shipped file computes', async () => {
    const golden = goldenSchema.parse(JSON.parse(await readFile(model.goldenPath, 'utf8')))
    const { frames, bins } = model.manifest.input
    const features = new Float32Array(fromBase64(golden.features).buffer)
    expect(features.length).toBe(frames * bins)
    expect(fromBase64(golden.pcm16).length).toBe(2 * 6 * 16_000)
    expect(golden.logits.length).toBe(3)
    const scorer = await Scorer.create(await readFile(model.onnxPath), { shape: [frames, bins], threads: 1 })
    const [logit] = await scorer.logits(features, 1)
    expect(logit).toBe(golden.logits[0])
  })

  test('the exported network takes any batch', async () => {
    const { frames, bins } = model.manifest.input
    const scorer = await Scorer.create(await readFile(model.onnxPath), { shape: [frames, bins], threads: 1 })
    const window = new RandomStream(1, 'window').uniform(frames * bins, -50, 50)
    const [alone] = await scorer.logits(window, 1)
    const three = await scorer.logits(Float32Array.from([...window, ...window, ...window]), 3)
    for (const logit of three) expect(logit).toBeCloseTo(alone ?? Number.NaN, 4)
  })

  test('progress rises to 1 through all stages', () => {
    expect(progress.map((step) => step.progress)).toEqual(progress.map((step) => step.progress).sort((a, b) => a - b))
    expect(progress.at(-1)).toEqual({ stage: 'publish', progress: 1 })
    expect(new Set(progress.map(({ stage }) => stage))).toEqual(
      new Set(['split', 'features', 'train', 'evaluate', 'publish']),
    )
  })

  test('an abort ends the child and rejects with an AbortError', PATIENT, async () => {
    const abort = new AbortController()
    const request = { ...requestIn('aborted'), experiment: { ...experiment, epochs: 500, patience: 500 } }
    const running = trainModel(
      request,
      quietly({ signal: abort.signal, onProgress: ({ epoch }) => (epoch === undefined ? undefined : abort.abort()) }),
    )
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    const [, pid] = /process (\d+)/.exec(await readFile(join(request.workFolder, 'training.log'), 'utf8')) ?? []
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH')
  })

  test('a recording that cannot be read fails with its name and the log', PATIENT, async () => {
    const broken = join(folder, 'broken.wav')
    await writeFile(broken, 'no sound')
    const request = {
      ...requestIn('broken'),
      examples: examples.map((one, at) => (at === 0 ? { ...one, wavPath: broken } : one)),
    }
    await expect(trainModel(request, quietly())).rejects.toThrow(/broken\.wav.*training\.log/)
    expect(await readFile(join(request.workFolder, 'training.log'), 'utf8')).toContain('broken.wav')
  })

  test('a work folder of another request is refused', PATIENT, async () => {
    const request = {
      ...requestIn('again'),
      examples: examples.map((one) => ({ ...one, participantId: `other ${one.participantId}` })),
    }
    await expect(trainModel(request, quietly())).rejects.toThrow('another training request')
  })

  test('too few participants are refused before anything is written', async () => {
    const request = { ...requestIn('small'), examples: examples.slice(0, 4) }
    await expect(trainModel(request, quietly())).rejects.toMatchObject({ code: 'dataset_too_small' })
    expect(await readdir(folder)).not.toContain('small')
  })
})
