import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assignPartitions, type Partition } from './partitions.ts'

const people = fc.uniqueArray(fc.record({ participantId: fc.uuid(), label: fc.constantFrom<0 | 1>(0, 1) }), {
  minLength: 1,
  maxLength: 60,
  selector: ({ participantId }) => participantId,
})

test('promise 6: who was once held out or learned from stays so, however the data grows', () => {
  fc.assert(
    fc.property(people, fc.nat({ max: 60 }), (everybody, first) => {
      const early = assignPartitions(everybody.slice(0, first), new Map())
      const late = assignPartitions(everybody, early)
      for (const { participantId } of everybody) expect(late.has(participantId)).toBe(!early.has(participantId))
      const all = new Map<string, Partition>([...early, ...late])
      // The same people in another order: the same decision.
      expect(assignPartitions(everybody.toReversed(), early)).toEqual(late)
      for (const label of [0, 1]) {
        const own = everybody.filter((person) => person.label === label)
        const held = own.filter(({ participantId }) => all.get(participantId) === 'holdout').length
        if (own.length >= 1) expect(held).toBeGreaterThanOrEqual(1)
        expect(held).toBeLessThanOrEqual(Math.max(1, Math.round(0.2 * own.length)))
      }
    }),
  )
})

const person = (at: number) => ({ participantId: `p${at}`, label: (at % 2) as 0 | 1 })
const held = (partitions: ReadonlyMap<string, Partition>) =>
  [...partitions.values()].filter((partition) => partition === 'holdout').length

test('of ten of each class two are held out, and of ten more two more', () => {
  const first = assignPartitions(
    Array.from({ length: 20 }, (_, at) => person(at)),
    new Map(),
  )
  expect(held(first)).toBe(4)
  expect(
    held(
      assignPartitions(
        Array.from({ length: 40 }, (_, at) => person(at)),
        first,
      ),
    ),
  ).toBe(4)
})
