import { expect, test } from 'vitest'
import { createAutoStop, type TakeTimes } from './autoStop.ts'

const SENTENCE: TakeTimes = { minSeconds: 2, maxSeconds: 60, silenceStopSeconds: 4 }

interface Circumstances {
  readonly times?: TakeTimes
  readonly expects?: 'speech' | 'vowel' | 'room'
  readonly room?: number | null
}

/** Plays stretches of [seconds, dBFS]; says when and why the take ended, in seconds, or null. */
function play(
  stretches: readonly (readonly [seconds: number, dbfs: number, speaking?: boolean])[],
  { times = SENTENCE, expects = 'speech', room = null }: Circumstances = {},
): readonly [number, string] | null {
  const autoStop = createAutoStop(times, expects, room)
  let elapsedMs = 0
  for (const [seconds, levelDbfs, speaking = null] of stretches) {
    for (let left = Math.round(seconds * 20); left > 0; left--) {
      elapsedMs += 50
      const verdict = autoStop.observe({ levelDbfs, speaking }, elapsedMs)
      if (verdict !== 'go-on') return [elapsedMs / 1000, verdict]
    }
  }
  return null
}

test('ends after the task’s silence, once the patient has begun', () => {
  expect(
    play([
      [1, -70],
      [3, -20],
      [10, -70],
    ]),
  ).toEqual([8, 'silence'])
})

test('waits for a patient who has not begun, through a cough, and through every pause shorter than the silence', () => {
  expect(play([[30, -70]])).toBeNull()
  expect(
    play([
      [1, -70],
      [0.3, -20],
      [20, -70],
    ]),
  ).toBeNull()
  expect(
    play([
      [2, -20],
      [3.5, -70],
      [2, -20],
      [3.5, -70],
      [2, -20],
    ]),
  ).toBeNull()
})

test('not before the shortest time, and always at the longest', () => {
  const short = { minSeconds: 8, maxSeconds: 12, silenceStopSeconds: 1 }
  expect(
    play(
      [
        [1, -20],
        [20, -70],
      ],
      { times: short },
    ),
  ).toEqual([8, 'silence'])
  expect(
    play(
      [
        [1, -70],
        [30, -20],
      ],
      { times: { ...short, silenceStopSeconds: 4 } },
    )?.[1],
  ).toBe('longest')
  expect(
    play([[60, -40]], { times: { minSeconds: 5, maxSeconds: 30, silenceStopSeconds: null }, expects: 'room' }),
  ).toEqual([30, 'longest'])
})

test('a vowel held from the first moment is sound, not the room', () => {
  expect(
    play(
      [
        [15, -20],
        [5, -70],
      ],
      { times: { minSeconds: 2, maxSeconds: 45, silenceStopSeconds: 2 }, expects: 'vowel' },
    ),
  ).toEqual([17, 'silence'])
})

test('in a loud ward the encounter’s recording of the room, or the take’s own gaps, tell silence', () => {
  expect(
    play(
      [
        [1, -38],
        [4, -20],
        [10, -38],
      ],
      { room: -38 },
    ),
  ).toEqual([9, 'silence'])
  const syllables = Array.from({ length: 24 }, (_, at) => [0.5, at % 2 === 0 ? -18 : -38] as const)
  expect(play([...syllables, [10, -38]])?.[1]).toBe('silence')
})

test('where a speech detector runs its word counts, whatever the level; of a vowel it knows nothing', () => {
  // An alarm sounds on after the patient has ended.
  expect(
    play([
      [1, -60, false],
      [3, -20, true],
      [10, -20, false],
    ]),
  ).toEqual([8, 'silence'])
  const vowel = { times: { minSeconds: 2, maxSeconds: 45, silenceStopSeconds: 2 }, expects: 'vowel' } as const
  expect(
    play(
      [
        [1, -70, false],
        [8, -20, false],
        [5, -70, false],
      ],
      vowel,
    ),
  ).toEqual([11, 'silence'])
})
