import { expect, test } from 'vitest'
import { labelEntrySchema } from './labelEntry.ts'

const schema = labelEntrySchema((sentence) => sentence)
const entry = { establishedBy: '', cause: '', establishedOn: '', givenBy: 'OP-1' }
const sentences = (typed: unknown) => schema.safeParse(typed).error?.issues.map(({ message }) => message) ?? []

test('present and absent say how that was established; unknown need not', () => {
  expect(sentences({ ...entry, value: 'present' })).toEqual(['label.howNeeded'])
  expect(sentences({ ...entry, value: 'absent' })).toEqual(['label.howNeeded'])
  expect(sentences({ ...entry, value: 'absent', establishedBy: 'blood-gas' })).toEqual([])
  expect(sentences({ ...entry, value: 'unknown' })).toEqual([])
})
