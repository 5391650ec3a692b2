import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { RandomStream } from '../../training/randomStream.ts'
import { trainModel } from '../../training/trainModel.ts'
import type { TrainingExample } from '../../training/trainingRequest.ts'
import type { ModelEvaluation } from '../modelEvaluation.ts'
import { type ProbedRecording, probeRecordings } from './conditions.ts'
import { pairedAuc, pairsWithin } from './matched.ts'
import { speechPower, withNoiseAtSnr } from './noiseAtSnr.ts'
import { type ProbeContext, type ProbeName, runProbes } from './probes.ts'
import { power, roomTone } from './roomTone.ts'
import { shapedNoise } from './shapedNoise.ts'

/** Training forks processes on a machine that may be busy. */
const PATIENT = { timeout: 240_000 }
const RATE_HZ = 16_000

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-probes-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Four seconds: syllables of a buzzing voice with pauses of 0.4 s, over the hiss of a room. */
function speaker(person: number, voiceHz: number, roomLevel: number): Float32Array {
  const random = new RandomStream(person, 'speaker')
  const [detune = 0] = random.uniform(1, 0.97, 1.03)
  return random.uniform(4 * RATE_HZ, -roomLevel, roomLevel).map((hiss, at) => {
    const seconds = at / RATE_HZ
    const speaking = seconds % 1 < 0.6 ? Math.sin((Math.PI * (seconds % 1)) / 0.6) : 0
    let voice = 0
    for (let harmonic = 1; harmonic <= 8; harmonic += 1) {
      voice += Math.sin(2 * Math.PI * harmonic * voiceHz * detune * seconds) / harmonic
    }
    return hiss + 0.2 * speaking * voice
  })
}

const QUIET_ROOM = 0.001
const LOUD_WARD = 0.02

/** Twenty people of each class. */
const cohort = (name: string, recording: (person: number, label: 0 | 1) => Float32Array): Promise<TrainingExample[]> =>
  Promise.all(
    Array.from({ length: 40 }, async (_, person) => {
      const label = person % 2 === 0 ? 0 : 1
      const wavPath = join(folder, `${name}-${person}.wav`)
      await writeFile(wavPath, encodeWav(floatToPcm16(recording(person, label)), RATE_HZ))
      return { recordingId: `r${person}`, participantId: `p${person}`, siteId: 's', label, wavPath } as const
    }),
  )

async function evaluationOf(name: string, examples: TrainingExample[]): Promise<ModelEvaluation> {
  const workFolder = join(folder, name)
  const request = {
    runId: newId(),
    modelId: newId(),
    workFolder,
    dataset: { id: null, contentHash: 'a'.repeat(64), simulated: true },
    examples,
    experiment: {
      epochs: 12,
      batchSize: 8,
      dropout: 0.2,
      split: { testShare: 0.4 },
      optimiser: { learningRate: 3e-3 },
      evaluation: { shuffledLabels: { trainings: 2, epochs: 2 } },
    },
  }
  await trainModel(request, { signal: new AbortController().signal, onProgress: () => {} })
  return JSON.parse(await readFile(join(workFolder, 'evaluation.json'), 'utf8')) as ModelEvaluation
}
const probeOf = ({ probes }: Pick<ModelEvaluation, 'probes'>, name: ProbeName) =>
  probes.find((probe) => probe.name === name)

describe('a trained network', () => {
  test(
    'promise 6: a model that learned the ward instead of the voice is caught by its room tone',
    PATIENT,
    async () => {
      // The same voices in both classes; whoever is ill was recorded on a loud ward.
      const examples = await cohort('ward', (person, label) =>
        speaker(person, 180, label === 1 ? LOUD_WARD : QUIET_ROOM),
      )
      const evaluation = await evaluationOf('ward', examples)
      // By its figures alone nobody would doubt it.
      expect(evaluation.metrics.rocAuc.low).toBeGreaterThan(0.8)
      expect(probeOf(evaluation, 'label-permutation')?.outcome).toBe('passed')
      expect(probeOf(evaluation, 'room-tone-only')).toMatchObject({ outcome: 'failed' })
      expect(probeOf(evaluation, 'ward-noise-swap')).toMatchObject({ outcome: 'failed' })
    },
  )

  test('promise 6: a model that learned the voice knows nothing from its room tone', PATIENT, async () => {
    const examples = await cohort('voice', (person, label) => speaker(person, label === 1 ? 260 : 130, QUIET_ROOM))
    const evaluation = await evaluationOf('voice', examples)
    expect(evaluation.metrics.rocAuc.low).toBeGreaterThan(0.8)
    expect(probeOf(evaluation, 'room-tone-only')?.outcome).not.toBe('failed')
  })
})

const context: ProbeContext = { seed: 1, heldOutColumn: null, labelsPermuted: false }

/** Sixty people whose scores under each condition are a function of their class and of chance in [0, 1]. */
const scored = (
  scores: (label: 0 | 1, chance: () => number, at: number) => Partial<ProbedRecording>,
): ProbedRecording[] => {
  const random = new RandomStream(3, 'scored')
  const chance = () => random.uniform(1, 0, 1)[0] ?? 0
  return Array.from({ length: 60 }, (_, at) => {
    const label = at % 2 === 0 ? 0 : 1
    const informed = 0.5 * chance() + 0.4 * label
    return {
      recordingId: `r${at}`,
      participantId: `p${at}`,
      label,
      groups: {},
      clean: informed,
      noisy: informed,
      roomTone: chance(),
      voiceInRoom: chance(),
      channel: chance(),
      ...scores(label, chance, at),
    }
  })
}
const outcomes = (recordings: ProbedRecording[], changed: Partial<ProbeContext> = {}) =>
  Object.fromEntries(runProbes(recordings, { ...context, ...changed }).map(({ name, outcome }) => [name, outcome]))
const cleanScores = (of: ProbedRecording[]) => of.map((one) => ({ ...one, probability: one.clean }))

describe('the rules', () => {
  test('promise 6: a score of the speech alone passes', () => {
    expect(outcomes(scored(() => ({})))).toEqual({
      'ward-noise-swap': 'passed',
      'room-tone-only': 'passed',
      'channel-only': 'passed',
      'label-permutation': 'passed',
      'leave-one-site-out': 'not-run',
      matched: 'not-run',
    })
  })

  test('promise 6: a score that rises with noise fails when the noise changes classes', () => {
    const noisy = scored((_, chance) => ({ noisy: 0.9 + 0.1 * chance() }))
    expect(outcomes(noisy)['ward-noise-swap']).toBe('failed')
  })

  test('promise 6: without noise to put in, nothing was heard in noise, and nothing passes', async () => {
    expect(outcomes(scored(() => ({ noisy: null })).slice(0, 8))['ward-noise-swap']).toBe('not-run')
    const wards = await mkdtemp(join(folder, 'silent-'))
    await writeFile(join(wards, 'silent.wav'), encodeWav(new Int16Array(RATE_HZ), RATE_HZ))
    const wavPath = join(folder, 'one.wav')
    await writeFile(wavPath, encodeWav(floatToPcm16(speaker(1, 180, QUIET_ROOM)), RATE_HZ))
    const one = { recordingId: 'r', participantId: 'p', siteId: 's', label: 1, wavPath } as const
    const heard = (wardNoiseFolder: string | null) =>
      probeRecordings([one], () => Promise.resolve(0.5), { seed: 1, snrDb: 10, wardNoiseFolder })
    expect((await heard(wards))[0]).toMatchObject({ clean: 0.5, noisy: null })
    // Nobody of the other class, whose quiet would be the noise.
    expect((await heard(null))[0]).toMatchObject({ clean: 0.5, noisy: null })
  })

  describe('of a network that reads the channel, trained in the probes’ noise, with one age missing', () => {
    const reader = scored((label, chance, at) => ({
      clean: label,
      channel: 0.5 * chance() + 0.3 * label,
      groups: { site: at < 30 ? 'ward' : 'home', ...(at === 7 ? {} : { ageBand: at % 4 < 2 ? '20-39' : '60-79' }) },
    }))
    const probes = runProbes(reader, { ...context, noiseHeardInTraining: 3 })

    test('the noise that it has heard is said', () => {
      expect(probeOf({ probes }, 'ward-noise-swap')?.finding).toContain('trained in 3 of these files')
    })

    test('promise 6: the channel fails, though speech adds to it', () => {
      const channel = probeOf({ probes }, 'channel-only')
      expect(channel?.figures['gain']?.low).toBeGreaterThan(0)
      expect(channel?.figures['rocAuc']?.low).toBeGreaterThan(0.8)
      expect(channel?.outcome).toBe('failed')
    })

    test('promise 6: the missing age leaves out one participant, not the ages of all', () => {
      const matched = probeOf({ probes }, 'matched')
      expect(matched?.finding).toContain('alike in site, ageBand')
      expect(matched?.finding).toContain('1 participants are left out')
      expect(matched?.participants).toEqual({ present: 29, absent: 30 })
    })
  })

  test('promise 6: a score that the channel explains fails', () => {
    const channel = scored((label, chance) => {
      const clean = 0.5 * chance() + 0.4 * label
      return { clean, channel: clean }
    })
    expect(outcomes(channel)['channel-only']).toBe('failed')
  })

  test('promise 6: a score of chance is no better than shuffled labels', () => {
    expect(outcomes(scored((_, chance) => ({ clean: chance() })))['label-permutation']).toBe('failed')
  })

  test('promise 6: a model of shuffled labels that still scores shows a leak', () => {
    expect(
      outcomes(
        scored(() => ({})),
        { labelsPermuted: true },
      )['label-permutation'],
    ).toBe('failed')
  })

  test('promise 6: shuffled labels that every training still tells apart show a leak, one that leans by chance does not', () => {
    const speech = scored(() => ({}))
    const leaning = cleanScores(speech)
    const blind = cleanScores(scored((_, chance) => ({ clean: chance() })))
    const judged = (shuffledLabels: (typeof leaning)[]) =>
      outcomes(speech, { retrained: { shuffledLabels, unseenSites: [] } })['label-permutation']
    expect(judged([leaning, blind])).toBe('passed')
    expect(judged([leaning, leaning])).toBe('failed')
  })

  test('promise 6: sites nobody trained on count pair by pair within each, whatever each network makes of its own', () => {
    const people = scored(() => ({}))
    const unseen = (within: (one: ProbedRecording, at: number) => number) =>
      outcomes(people, {
        retrained: {
          shuffledLabels: [],
          unseenSites: people.map((one, at) => ({
            ...one,
            probability: within(one, at),
            siteId: at < 30 ? 'home' : 'ward',
          })),
        },
      })['leave-one-site-out']
    // The ward's network gives everybody 1 more: across sites nothing is in order, within each all is.
    expect(unseen((one, at) => one.clean + (at < 30 ? 0 : 1))).toBe('passed')
    expect(unseen((one) => 1 - one.clean)).toBe('failed')
  })

  test('promise 6: a score that only tells the sites apart is nothing among the people of one site', () => {
    // 25 of 30 ill people were recorded on the ward, and 25 of 30 others at home; the score knows the place.
    const bySite = scored((label, chance, at) => {
      const ward = at < 10 ? label === 0 : label === 1
      return { groups: { site: ward ? 'ward' : 'home' }, clean: (ward ? 0.5 : 0) + 0.4 * chance() }
    })
    const [auc] = runProbes(bySite, context).flatMap(({ name, figures }) =>
      name === 'matched' ? figures['rocAuc'] : [],
    )
    expect(outcomes(bySite)['label-permutation']).toBe('passed')
    expect(outcomes(bySite)['matched']).not.toBe('passed')
    expect(auc?.low).toBeLessThan(0.5)
  })

  test('promise 6: a run with a site held out is judged on that site', () => {
    expect(
      outcomes(
        scored(() => ({})),
        { heldOutColumn: 'site' },
      )['leave-one-site-out'],
    ).toBe('passed')
    const chance = scored((_, random) => ({ clean: random() }))
    expect(outcomes(chance, { heldOutColumn: 'site' })['leave-one-site-out']).toBe('inconclusive')
  })

  test('a perfect order of four people on room tone is no proof', () => {
    const four = scored((label) => ({ roomTone: label })).slice(0, 4)
    expect(outcomes(four)['room-tone-only']).toBe('inconclusive')
  })
})

const score = (label: 0 | 1, probability: number, stratum: string) => ({ label, probability, stratum })

describe('what the probes are made of', () => {
  test('room tone is the quiet between the words, of one length for everybody', () => {
    const samples = speaker(1, 180, QUIET_ROOM)
    const tone = roomTone(samples) ?? new Float32Array(0)
    expect(tone.length).toBe(5 * 400 - 4 * 80)
    // Uniform noise of this width: a third of its square.
    const level = power(tone, 0, tone.length) / (QUIET_ROOM ** 2 / 3)
    // The quietest of chance are a little below the mean.
    expect(level).toBeGreaterThan(0.75)
    expect(level).toBeLessThan(1)
  })

  test('speech without a pause has no room tone', () => {
    const vowel = Float32Array.from({ length: 2 * RATE_HZ }, (_, at) => 0.3 * Math.sin(at / 10))
    expect(roomTone(vowel)).toBeNull()
  })

  test('shaped noise has level and spectrum of what it stands for', () => {
    const random = new RandomStream(1, 'shape')
    // Half of the power below 1 kHz, the other half everywhere.
    const tone = random
      .uniform(RATE_HZ, -0.1, 0.1)
      .map((value, at) => value + 0.0816 * Math.sin((2 * Math.PI * 500 * at) / RATE_HZ))
    const noise = shapedNoise(tone, 3 * RATE_HZ, random)
    expect(power(noise, 0, noise.length)).toBeCloseTo(power(tone, 0, tone.length), 6)
    const near500 = (samples: Float32Array) => {
      // Mean over tenths of a second of the power within 10 Hz of 500 Hz.
      let sum = 0
      for (let from = 0; from + 1600 <= samples.length; from += 1600) {
        let [re, im] = [0, 0]
        for (let at = 0; at < 1600; at += 1) {
          re += (samples[from + at] ?? 0) * Math.cos((2 * Math.PI * 500 * at) / RATE_HZ)
          im += (samples[from + at] ?? 0) * Math.sin((2 * Math.PI * 500 * at) / RATE_HZ)
        }
        sum += (2 * (re ** 2 + im ** 2)) / 1600 ** 2
      }
      return sum / Math.floor(samples.length / 1600)
    }
    expect(near500(noise)).toBeGreaterThan(0.2 * near500(tone))
    expect(near500(noise)).toBeGreaterThan(10 * near500(random.uniform(3 * RATE_HZ, -0.1, 0.1)))
  })

  test('noise at 10 dB has a tenth of the power of speech, pauses not counted', () => {
    const speech = Float32Array.from({ length: RATE_HZ }, (_, at) => (at < 8000 ? 0.2 * Math.sin(at / 3) : 0))
    const hiss = new RandomStream(1, 'hiss').uniform(RATE_HZ, -1, 1)
    const added = (withNoiseAtSnr(speech, hiss, 10) ?? new Float32Array(0)).map(
      (value, at) => value - (speech[at] ?? 0),
    )
    expect(speechPower(speech)).toBeCloseTo(0.02, 3)
    expect(power(added, 0, added.length)).toBeCloseTo(0.002, 4)
  })

  test('pairs are counted within a stratum alone', () => {
    const people = [score(0, 0.1, 'a'), score(1, 0.2, 'a'), score(0, 0.8, 'b'), score(1, 0.7, 'b'), score(1, 0.8, 'b')]
    expect(pairsWithin(people)).toBe(3)
    // Won, lost, tied.
    expect(pairedAuc(people)).toBeCloseTo(0.5, 12)
    expect(pairedAuc(people.slice(0, 1))).toBeNull()
  })
})
