import { describe, expect, test } from 'vitest'
import { evaluationCriteria } from './evaluationCriteria.ts'

const estimate = (value: number, low: number, high: number) => ({ value, low, high })
const good = {
  rocAuc: estimate(0.8, 0.65, 0.93),
  permutationP: estimate(0.001, 0.001, 0.001),
  roomToneAuc: estimate(0.52, 0.4, 0.63),
  voiceInRoomAuc: estimate(0.47, 0.35, 0.6),
}
const failed = (metrics: object) =>
  evaluationCriteria({ metrics: { ...good, ...metrics } }).flatMap(({ name, passed }) => (passed ? [] : [name]))

describe('promise 6: what the evaluation must have shown', () => {
  test('a model that hears speech and not the room passes', () => expect(failed({})).toEqual([]))

  test.each([
    ['an interval that holds chance', { rocAuc: estimate(0.7, 0.48, 0.9) }, 'better-than-chance'],
    [
      'two and two people in perfect order',
      { rocAuc: estimate(1, 1, 1), permutationP: estimate(0.33, 0.33, 0.33) },
      'better-than-chance',
    ],
    ['a model that knows the room', { roomToneAuc: estimate(0.75, 0.62, 0.86) }, 'room-alone-says-nothing'],
    [
      'a model that knows the room once somebody speaks',
      { voiceInRoomAuc: estimate(1, 1, 1) },
      'room-under-one-voice-says-nothing',
    ],
  ])('%s fails', (_, metrics, name) => expect(failed(metrics)).toEqual([name]))

  test('what was not measured was not shown', () => {
    expect(evaluationCriteria({ metrics: {} }).map(({ passed, figure }) => ({ passed, figure }))).toEqual(
      Array.from({ length: 3 }, () => ({ passed: false, figure: null })),
    )
  })
})
