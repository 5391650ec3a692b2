import { expect, test } from 'vitest'
import type { FoldResult } from './crossValidation.ts'
import { pairedDifference } from './pairedDifference.ts'
import type { ProbedRecording } from './probes/conditions.ts'

const fold = (name: string, probabilities: readonly number[]): FoldResult => ({
  name,
  evaluation: {
    threshold: 0.5,
    scores: probabilities.map((clean, at): ProbedRecording => {
      const participantId = `${name} ${at}`
      const label = at % 2 === 0 ? 0 : 1
      return {
        recordingId: participantId,
        participantId,
        label,
        groups: {},
        clean,
        noisy: 0.5,
        roomTone: null,
        voiceInRoom: null,
        channel: 0.5,
      }
    }),
  },
})
/** Absent and present in turn: two of each. */
const right = [0.1, 0.8, 0.2, 0.9]
const halfWrong = [0.1, 0.05, 0.2, 0.9]

test('the difference is the mean over the folds of the areas less each other', () => {
  const ours = [fold('a', right), fold('b', right)]
  const theirs = [fold('b', halfWrong), fold('a', right)]
  // Areas 1 and 1 against 1 and 0.5.
  expect(pairedDifference(ours, theirs, { condition: 'clean', seed: 1 })?.value).toBeCloseTo(0.25, 12)
  expect(pairedDifference(theirs, ours, { condition: 'clean', seed: 1 })?.value).toBeCloseTo(-0.25, 12)
})

test('of the same scores the difference has no width: participants are drawn with both', () => {
  const both = [fold('a', halfWrong)]
  expect(pairedDifference(both, both, { condition: 'clean', seed: 1 })).toEqual({ value: 0, low: 0, high: 0 })
})

test('where a condition was heard by nobody there is no difference', () => {
  expect(pairedDifference([fold('a', right)], [fold('a', right)], { condition: 'room tone alone', seed: 1 })).toBeNull()
})
