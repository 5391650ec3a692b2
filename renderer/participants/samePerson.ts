import type { RecordNumberReading } from '@spira/shared/protocol/recordNumber.ts'
import type { EncounterDraft, LocalIdentity } from '../bedside/bedside.ts'

/** Initials and bare record number as one word: what is said to be the same person's is said of exactly these. */
export const whoTyped = (initials: string, recordNumber: string): string => `${initials} ${recordNumber}`

/**
 * Whether something is the draft's participant's already: then other initials or another number are a correction or another patient, and
 * only a person knows which.
 *
 * @param encounters of the participant on this device, this one included.
 * @param takes of this encounter.
 */
export const isEstablished = (
  { consent, entries }: Pick<EncounterDraft, 'consent' | 'entries'>,
  { encounters, takes }: { readonly encounters: number; readonly takes: number },
): boolean => encounters > 1 || takes > 0 || consent !== null || Object.keys(entries).length > 0

/** Whom the kept person would become, as `whoTyped` says it; null where what was typed repeats or completes what is kept. */
export function replaced(
  kept: LocalIdentity | null,
  { initials, number }: { readonly initials: string; readonly number: RecordNumberReading },
): string | null {
  if (kept === null) return null
  const typedNumber = number.status === 'ok' ? number.bare : number.status === 'empty' ? '' : kept.recordNumber
  const otherInitials = kept.initials !== '' && initials !== kept.initials
  const otherNumber = kept.recordNumber !== '' && typedNumber !== kept.recordNumber
  return otherInitials || otherNumber ? whoTyped(initials, typedNumber) : null
}
