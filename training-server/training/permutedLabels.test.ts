import { describe, expect, test } from 'vitest'
import { participantScores } from '../evaluation/participantScores.ts'
import type { ProbedRecording } from '../evaluation/probes/conditions.ts'
import { runProbes } from '../evaluation/probes/probes.ts'
import { withPermutedParts } from './permutedLabels.ts'
import { RandomStream } from './randomStream.ts'

interface Recording {
  readonly participantId: string
  readonly label: 0 | 1
  /** What is heard: the person alone, nothing of the disease. */
  readonly voice: number
}

/** Two recordings of each of so many people, of whom every second is ill. */
const recordings = (people: number, from = 0): Recording[] =>
  Array.from({ length: 2 * people }, (_, at) => {
    const person = from + (at >> 1)
    const [voice = 0] = new RandomStream(person, 'voice').uniform(1, 0, 1)
    return { participantId: `p${person}`, label: person % 2 === 0 ? 0 : 1, voice: voice + 1e-6 * (at % 2) }
  })

const parts = { train: recordings(20), validation: recordings(8, 20), test: recordings(40, 28) }

test('in each part as many of each class, each person one label, half of each class that of the other', () => {
  const permuted = withPermutedParts(parts, 1)
  for (const name of ['train', 'validation', 'test'] as const) {
    const [before, after] = [parts[name], permuted[name]]
    expect(after.filter(({ label }) => label === 1)).toHaveLength(before.length / 2)
    for (const own of Map.groupBy(after, ({ participantId }) => participantId).values())
      expect(new Set(own.map(({ label }) => label)).size).toBe(1)
    expect(after.filter(({ label }, at) => label === 1 && before[at]?.label === 1)).toHaveLength(before.length / 4)
  }
  expect(withPermutedParts(parts, 1)).toEqual(permuted)
})

/** A learner that knows voices by heart: the label of the nearest that it has heard, the surer the nearer. */
const byHeart = (learned: readonly Recording[]) => (heard: Recording) => {
  const nearest = learned.reduce((a, b) => (Math.abs(b.voice - heard.voice) < Math.abs(a.voice - heard.voice) ? b : a))
  return 0.5 + (nearest.label - 0.5) / (1 + Math.abs(nearest.voice - heard.voice))
}

const clean: ProbedRecording[] = Array.from({ length: 16 }, (_, at) => {
  const label = at % 2 === 0 ? 0 : 1
  const common = { roomTone: null, voiceInRoom: null, channel: 0.5, groups: {} }
  return { recordingId: `r${at}`, participantId: `t${at}`, label, clean: label, noisy: label, ...common }
})

/** Two trainings on shuffled labels, as a run does them. */
const outcome = (split: typeof parts) => {
  const shuffledLabels = [1, 2].map((seed) => {
    const { train, test: tested } = withPermutedParts(split, seed)
    const score = byHeart(train)
    return participantScores(tested.map((one) => ({ ...one, probability: score(one) })))
  })
  const context = {
    seed: 1,
    heldOutColumn: null,
    labelsPermuted: false,
    retrained: { shuffledLabels, unseenSites: [] },
  }
  return runProbes(clean, context).find(({ name }) => name === 'label-permutation')?.outcome
}

describe('promise 6: networks trained anew on shuffled labels', () => {
  test('say nothing of people they have not heard', () => expect(outcome(parts)).toBe('passed'))

  test('give away a pipeline that tests on people it has learned from', () => {
    // Half of the tested are people of the training part, by their second recording.
    const leaking = { ...parts, test: [...parts.test.slice(0, 40), ...parts.train.filter((_, at) => at % 2 === 1)] }
    expect(outcome(leaking)).toBe('failed')
  })
})
