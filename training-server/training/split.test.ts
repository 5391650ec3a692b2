import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LEAST_PARTICIPANTS_PER_CLASS, splitByParticipant } from './split.ts'

const example = (participantId: string, label: 0 | 1, recording = 0) => ({ participantId, label, recording })
const options = { validationShare: 0.2, testShare: 0.2, seed: 1 }

const cohorts = fc
  .record({
    absent: fc.integer({ min: LEAST_PARTICIPANTS_PER_CLASS, max: 30 }),
    present: fc.integer({ min: LEAST_PARTICIPANTS_PER_CLASS, max: 30 }),
    recordings: fc.integer({ min: 1, max: 4 }),
    shares: fc.tuple(fc.double({ min: 0.01, max: 0.4, noNaN: true }), fc.double({ min: 0.01, max: 0.4, noNaN: true })),
    seed: fc.nat(),
  })
  .map(({ absent, present, recordings, shares: [validationShare, testShare], seed }) => ({
    options: { validationShare, testShare, seed },
    examples: Array.from({ length: absent + present }, (_, person) =>
      Array.from({ length: recordings }, (__, recording) => example(`p${person}`, person < absent ? 0 : 1, recording)),
    ).flat(),
  }))

describe('splitByParticipant', () => {
  test('promise 6: no participant is in two parts', () => {
    fc.assert(
      fc.property(cohorts, (cohort) => {
        const { train, validation, test: held } = splitByParticipant(cohort.examples, cohort.options)
        const people = [train, validation, held].map((part) => new Set(part.map(({ participantId }) => participantId)))
        const together = new Set(people.flatMap((part) => [...part]))
        expect(people.reduce((sum, part) => sum + part.size, 0)).toBe(together.size)
        expect(train.length + validation.length + held.length).toBe(cohort.examples.length)
      }),
    )
  })

  test('every part has people of both classes', () => {
    fc.assert(
      fc.property(cohorts, (cohort) => {
        const { train, validation, test: held } = splitByParticipant(cohort.examples, cohort.options)
        for (const part of [train, validation, held]) {
          expect(new Set(part.map(({ label }) => label))).toEqual(new Set([0, 1]))
        }
      }),
    )
  })

  test('the order of the examples changes nothing', () => {
    fc.assert(
      fc.property(cohorts, (cohort) => {
        const people = (examples: typeof cohort.examples) =>
          splitByParticipant(examples, cohort.options)
            .test.map(({ participantId }) => participantId)
            .sort()
        expect(people(cohort.examples.toReversed())).toEqual(people(cohort.examples))
      }),
    )
  })

  test('two people of a class are refused with how many are needed', () => {
    const examples = ['a', 'b', 'c'].map((id) => example(id, 0)).concat(['d', 'e'].map((id) => example(id, 1)))
    expect(() => splitByParticipant(examples, options)).toThrow(
      'Training needs at least 3 participants of each class; this version has 2.',
    )
  })

  test('shares of 20 % of ten people are two', () => {
    const examples = Array.from({ length: 20 }, (_, person) => example(`p${person}`, person < 10 ? 0 : 1))
    const { train, validation, test: held } = splitByParticipant(examples, options)
    expect([train, validation, held].map(({ length }) => length)).toEqual([12, 4, 4])
  })
})
