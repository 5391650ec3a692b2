import { expect, test } from 'vitest'
import type { EncounterSummary } from '../bedside/bedside.ts'
import { FILTERS, isIn, matches } from './worklistFilter.ts'

const summary: EncounterSummary = {
  id: '1',
  participantId: '2',
  participantCode: 'P-7F3K2',
  initials: 'MS',
  step: 'result',
  startedAt: '2026-11-25T10:00:00.000Z',
  state: 'complete',
  sync: 'waiting',
  decision: 'uncertain',
  label: null,
}
const inWhich = (change: Partial<EncounterSummary>) =>
  FILTERS.filter((filter) => isIn(filter, { ...summary, ...change }))

test('an encounter may be in several states, a draft only in one', () => {
  expect(inWhich({})).toEqual(['all', 'complete', 'uncertain', 'labelMissing', 'waiting'])
  expect(inWhich({ sync: 'synced', label: 'absent', decision: 'negative' })).toEqual(['all', 'complete', 'synced'])
  expect(inWhich({ state: 'draft', decision: 'uncertain', sync: 'local' })).toEqual(['all', 'draft'])
})

test('is found by pseudonym, in part and as it is spoken, and by initials', () => {
  for (const typed of ['', 'P-7F3K2', 'p 7f3', '3k2', 'ms']) expect(matches(typed, summary), typed).toBe(true)
  expect(matches('7F4', summary)).toBe(false)
})
