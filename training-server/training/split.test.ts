import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { heldOutRules, LEAST_PARTICIPANTS_PER_CLASS, splitByParticipant } from './split.ts'

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

const sites = ['a', 'b', 'c', 'd']
const sited = fc
  .record({
    people: fc.array(
      fc.record({ label: fc.constantFrom(0 as const, 1 as const), site: fc.nat(3), elsewhere: fc.boolean() }),
      { minLength: 40, maxLength: 60 },
    ),
    seed: fc.nat(),
  })
  .map(({ people, seed }) => ({
    seed,
    // The first of each class and site are there whatever was drawn; some people were recorded at two sites.
    examples: [
      ...people,
      ...sites.flatMap((_, site) => [0, 1].map((label) => ({ label: label as 0 | 1, site, elsewhere: false }))),
    ].flatMap(({ label, site, elsewhere }, at) =>
      [site, ...(elsewhere ? [(site + 1) % 4] : [])].map((index) => ({
        participantId: `p${at}`,
        label,
        groups: { site: sites[index] ?? '' },
      })),
    ),
  }))
const peopleOf = (part: readonly { readonly participantId: string }[]) =>
  new Set(part.map(({ participantId }) => participantId))

describe('held out by fold or group', () => {
  test('promise 6: folds test everybody once, and nobody who trained or chose the threshold', () => {
    fc.assert(
      fc.property(sited, fc.integer({ min: 2, max: 6 }), ({ examples, seed }, folds) => {
        const tested = heldOutRules(examples, folds).flatMap((heldOut) => {
          const { train, validation, test: held } = splitByParticipant(examples, { ...options, seed, heldOut })
          const all = [train, validation, held].map(peopleOf)
          expect(all.reduce((sum, part) => sum + part.size, 0)).toBe(new Set(all.flatMap((part) => [...part])).size)
          for (const part of [train, validation, held]) expect(new Set(part.map(({ label }) => label)).size).toBe(2)
          return [...peopleOf(held)]
        })
        expect(tested.sort()).toEqual([...peopleOf(examples)].sort())
      }),
    )
  })

  test('promise 6: nobody of a held-out site trains or chooses the threshold, not by what they recorded elsewhere either', () => {
    fc.assert(
      fc.property(sited, ({ examples, seed }) => {
        for (const heldOut of heldOutRules(examples, 'site')) {
          if (heldOut.by !== 'group') throw new Error('a group was asked for')
          const { train, validation, test: held } = splitByParticipant(examples, { ...options, seed, heldOut })
          const here = examples.filter(({ groups }) => groups.site === heldOut.value)
          expect(held).toEqual(here)
          for (const participant of peopleOf([...train, ...validation]))
            expect(peopleOf(here)).not.toContain(participant)
          for (const participant of peopleOf(train)) expect(peopleOf(validation)).not.toContain(participant)
        }
      }),
    )
  })

  test('folds of ten and ten people hold two of each class', () => {
    const examples = Array.from({ length: 20 }, (_, person) => example(`p${person}`, person < 10 ? 0 : 1))
    for (const heldOut of heldOutRules(examples, 5)) {
      const { test: held } = splitByParticipant(examples, { ...options, heldOut })
      expect(held.map(({ label }) => label).sort((a, b) => a - b)).toEqual([0, 0, 1, 1])
    }
  })

  test('a site whose people all have one class cannot be tested on', () => {
    const examples = Array.from({ length: 12 }, (_, person) => ({
      ...example(`p${person}`, person % 2 === 0 ? 0 : 1),
      groups: { site: person % 2 === 0 ? 'home' : 'ward' },
    }))
    expect(() =>
      splitByParticipant(examples, { ...options, heldOut: { by: 'group', column: 'site', value: 'ward' } }),
    ).toThrow('this version has 0')
  })

  test('a column that does not vary is refused by name', () => {
    expect(() => heldOutRules([example('a', 0)], 'voice')).toThrow('"voice"')
  })
})
