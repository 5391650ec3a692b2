import { expect, it } from 'vitest'
import type { EncounterSummary } from '../bedside/bedside.ts'
import { byDay } from './worklistDays.ts'

const at = (id: string, time: Date): EncounterSummary => ({
  id,
  participantId: '0',
  initials: '',
  step: 'result',
  participantCode: 'P-7F3K2',
  startedAt: time.toISOString(),
  state: 'complete',
  sync: 'local',
  decision: null,
  label: null,
})

it('parts today from earlier at local midnight, newest first', () => {
  const now = new Date(2026, 10, 23, 9, 0)
  const list = [at('late', new Date(2026, 10, 22, 23, 59)), at('early', new Date(2026, 10, 23, 0, 1)), at('now', now)]
  const { today, earlier } = byDay(list, now)
  expect(today.map((e) => e.id)).toEqual(['now', 'early'])
  expect(earlier.map((e) => e.id)).toEqual(['late'])
})
