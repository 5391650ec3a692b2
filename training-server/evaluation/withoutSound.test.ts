import { expect, test } from 'vitest'
import type { ParticipantScore } from './participantScores.ts'
import { comparedWithoutSound, verdictOf } from './withoutSound.ts'

const people = Array.from({ length: 40 }, (_, at) => ({ participantId: `p${at}`, label: (at % 2) as 0 | 1, at }))
const scored = (probability: (person: (typeof people)[number]) => number): ParticipantScore[] =>
  people.map((person) => ({ ...person, probability: probability(person) }))

/** Tells all apart; tells nobody apart; tells most apart. */
const all = scored(({ label, at }) => (label === 1 ? 0.6 : 0.4) + at / 1000)
const nobody = scored(() => 0.5)
const most = scored(({ label, at }) => (label === 1 ? 0.6 : 0.4) + ((at * 7) % 11) / 40)
const compared = (bySound: ParticipantScore[], without: ParticipantScore[]) =>
  comparedWithoutSound({ bySound, without }, { columns: ['heart_rate_per_min'], seed: 1 })

test('what sound adds is the difference of the areas, of the same people in each draw', () => {
  expect(compared(all, nobody)).toEqual({
    columns: ['heart_rate_per_min'],
    rocAuc: { value: 0.5, low: 0.5, high: 0.5 },
    gained: { value: 0.5, low: 0.5, high: 0.5 },
  })
  // The same scores under both names differ in no draw, however wide each area's own interval is.
  const same = compared(most, most.toReversed())
  expect(same.gained).toEqual({ value: 0, low: 0, high: 0 })
  expect(same.rocAuc.high - same.rocAuc.low).toBeGreaterThan(0.05)
})

test('each recording of a person counts in the mean of theirs', () => {
  const twice = [...all, ...nobody.map((one) => ({ ...one, probability: 1 - one.label }))]
  // 0.6 and 0 of whom is present, 0.4 and 1 of whom is not: the order is turned round.
  expect(compared(twice, nobody).gained.value).toBe(-0.5)
})

test('only an interval above 0 says that sound does better', () => {
  expect(verdictOf(compared(all, nobody))).toBe('Sound does better.')
  expect(verdictOf(compared(nobody, all))).toContain('Sound does worse')
  expect(verdictOf(compared(most, most))).toContain('not shown to do better')
})
