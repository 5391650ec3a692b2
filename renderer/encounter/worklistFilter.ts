import type { EncounterSummary } from '../bedside/bedside.ts'

export const FILTERS = ['all', 'draft', 'complete', 'uncertain', 'labelMissing', 'waiting', 'synced'] as const
export type Filter = (typeof FILTERS)[number]

/** Whether an encounter is in a state. An encounter may be in several: complete, uncertain, without label and waiting. */
export function isIn(filter: Filter, { state, decision, label, sync }: EncounterSummary): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'draft':
      return state === 'draft'
    case 'complete':
      return state === 'complete'
    case 'uncertain':
      return state === 'complete' && decision === 'uncertain'
    case 'labelMissing':
      return state === 'complete' && label === null
    case 'waiting':
      return state === 'complete' && sync !== 'synced'
    case 'synced':
      return state === 'complete' && sync === 'synced'
  }
}

/** Whether pseudonym or initials contain what was typed; `P-` and blanks may be left out. */
export function matches(typed: string, { participantCode, initials }: EncounterSummary): boolean {
  const bare = typed.toUpperCase().replace(/[\s-]/g, '')
  return bare === '' || participantCode.replace('-', '').includes(bare) || initials.includes(bare)
}
