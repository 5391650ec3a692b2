import { expect, test } from 'vitest'
import { createSpeechSegmenter } from './speechSegmenter.ts'

const FRAME_MS = 32
const after = (...runs: readonly [probability: number, frames: number][]) => {
  const segmenter = createSpeechSegmenter(FRAME_MS)
  for (const [probability, frames] of runs) for (let n = 0; n < frames; n++) segmenter.push(probability)
  return segmenter
}

test('speech ends where the silence began, and pauses lie between two segments only', () => {
  const { speech, pauses } = after([0, 10], [0.9, 20], [0.1, 10], [0.9, 20], [0.1, 30]).segments()
  expect(speech).toEqual([
    { from: 0.32, to: 0.96 },
    { from: 1.28, to: 1.92 },
  ])
  expect(pauses).toEqual([{ from: 0.96, to: 1.28 }])
})

test('a silence below 200 ms is the closure of a consonant, one above is a pause', () => {
  expect(after([0.9, 10], [0.1, 6], [0.9, 10]).segments().pauses).toEqual([])
  expect(after([0.9, 10], [0.1, 7], [0.9, 10]).segments().pauses).toHaveLength(1)
})

test('a doubtful frame goes on with what was: it neither begins speech nor ends it', () => {
  expect(after([0.4, 50]).segments().speech).toEqual([])
  expect(after([0.9, 5], [0.4, 50]).segments().speech).toEqual([{ from: 0, to: 1.76 }])
})

test('a click is no speech', () => {
  const { speech, pauses } = after([0.9, 20], [0.1, 10], [0.9, 2], [0.1, 10], [0.9, 20]).segments()
  expect(speech).toHaveLength(2)
  expect(pauses).toEqual([{ from: 0.64, to: 1.344 }])
})

test('the reading grows with the speech and stands still in pauses', () => {
  expect(after([0.9, 20]).read()).toEqual({ speechMs: 640, speaking: true })
  expect(after([0.9, 20], [0.1, 40]).read()).toEqual({ speechMs: 640, speaking: false })
  expect(after([0.1, 40]).read()).toEqual({ speechMs: 0, speaking: false })
})
