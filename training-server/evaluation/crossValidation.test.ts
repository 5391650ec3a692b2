import { expect, test } from 'vitest'
import { crossValidated, type FoldResult } from './crossValidation.ts'
import { metricNames } from './metrics.ts'

const recording = (at: number, label: 0 | 1, clean: number, noisy: number) => ({
  recordingId: `r${at}`,
  participantId: `p${at}`,
  label,
  groups: {},
  clean,
  noisy,
  roomTone: null,
  voiceInRoom: null,
  channel: 0.5,
})

/** Scores of the second fold are all higher: ranked together, its absent would beat the first fold's present. */
const folds: FoldResult[] = [
  {
    name: 'a',
    evaluation: {
      threshold: 0.25,
      scores: [
        recording(0, 0, 0.1, 0.4),
        recording(1, 0, 0.2, 0.1),
        recording(2, 1, 0.3, 0.3),
        recording(3, 1, 0.4, 0.4),
      ],
    },
  },
  {
    name: 'b',
    evaluation: {
      threshold: 0.75,
      scores: [
        recording(4, 0, 0.6, 0.9),
        recording(5, 0, 0.7, 0.9),
        recording(6, 1, 0.8, 0.8),
        recording(7, 1, 0.7, 0.8),
      ],
    },
  },
]
const { participants, table } = crossValidated(folds, 1)
const row = (condition: string) => table.find((one) => one.condition === condition)

test('each fold is ranked by itself, and the mean is what counts', () => {
  expect(participants).toBe(8)
  // In b, three and a half of four pairs.
  expect(row('clean')).toMatchObject({ rocAuc: { value: (1 + 0.875) / 2 }, folds: { a: 1, b: 0.875 } })
})

test('each fold has its own threshold', () => {
  expect(row('clean')).toMatchObject({ sensitivity: { value: (1 + 0.5) / 2 }, specificity: { value: 1 } })
})

test('every figure is a mean over the folds', () => {
  // Precision 1 in both; in b half of the present are caught: F1 of 2/3.
  expect(row('clean')?.f1.value).toBeCloseTo((1 + 2 / 3) / 2, 12)
  expect(row('clean')?.uar.value).toBeCloseTo((1 + 0.75) / 2, 12)
  for (const name of metricNames) expect(row('clean')?.[name].low, name).toBeTypeOf('number')
})

test('noise in the absent alone changes their scores alone', () => {
  // a: 0.4 and 0.1 against 0.3 and 0.4; b: both absent above both present (0.8 and 0.7).
  expect(row('noise in absent alone')?.folds).toEqual({ a: 2.5 / 4, b: 0 })
})

test('what was heard in no fold has no row', () => {
  expect(row('room tone alone')).toBeUndefined()
  expect(row('channel alone')?.rocAuc.value).toBe(0.5)
})
