import type { SpeechDescriptors } from '@spira/shared/signal/descriptors/speechDescriptors.ts'
import { expect, test } from 'vitest'
import { againstUsual, descriptorRows } from './usualRanges.ts'

const descriptors: SpeechDescriptors = {
  durationSeconds: 10,
  speakingSeconds: 9,
  pauseCount: 3,
  pauseTotalSeconds: 1.6,
  pauseMeanSeconds: 1.6 / 3,
  pauseShare: 1.6 / 9,
  speechRate: 3.4,
  articulationRate: 4.2,
  f0MeanHz: 160,
  f0SdHz: 20,
  jitterLocal: 0.012,
  shimmerLocal: 0.03,
  hnrDb: 17,
  voicedShare: 0.6,
  snrDb: 25,
  clippedShare: 0,
}

const looks = (task: 'read-sentence' | 'free-speech' | 'sustained-vowel', sex?: 'female' | 'male' | 'unknown') =>
  Object.fromEntries(descriptorRows(descriptors, task, sex).map((row) => [row.id, [row.value, againstUsual(row)]]))

test('a read sentence is told by its pauses, its rate and its pitch', () => {
  expect(looks('read-sentence', 'male')).toEqual({
    pausesPerMinute: [20, null],
    pausesInSentence: [3, 'above'],
    pauseMean: [1.6 / 3, null],
    pauseShare: [160 / 9, null],
    articulationRate: [4.2, 'below'],
    f0Mean: [160, 'above'],
  })
  expect(looks('free-speech')['pausesInSentence']).toBeUndefined()
  expect(looks('free-speech', 'female')['f0Mean']).toEqual([160, 'below'])
  expect(looks('free-speech', 'unknown')['f0Mean']).toEqual([160, 'within'])
})

test('a held vowel is told by its evenness, and every range names its source', () => {
  expect(looks('sustained-vowel', 'male')).toEqual({
    jitter: [1.2, 'above'],
    shimmer: [3, 'within'],
    hnr: [17, 'below'],
    f0Mean: [160, 'above'],
  })
  for (const { usual } of descriptorRows(descriptors, 'sustained-vowel', 'male'))
    expect(usual?.source).toMatch(/\d|manual/)
})
