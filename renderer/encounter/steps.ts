import type { EncounterDetail, EncounterStep } from '../bedside/bedside.ts'

export const STEPS = [
  'participant',
  'consent',
  'answers',
  'record',
  'result',
] as const satisfies readonly EncounterStep[]

/** Which steps are open: nobody records before consent, and there is no result without a take. */
export function isOpen(step: EncounterStep, { draft, takes }: Pick<EncounterDetail, 'draft' | 'takes'>): boolean {
  switch (step) {
    case 'participant':
      return true
    case 'consent':
      return draft.operatorCode.trim() !== ''
    case 'answers':
    case 'record':
      return draft.consent !== null
    case 'result':
      return draft.consent !== null && takes.some((take) => take.state !== 'rejected')
  }
}
