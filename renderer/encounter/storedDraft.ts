import type { Entries } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { CORE_NUMBERS } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { Vitals } from '@spira/shared/protocol/records.ts'
import type { EncounterDraft } from '../bedside/bedside.ts'

/**
 * As this app writes it, as the app wrote it that kept nothing of the first step that cannot be, or as the app before there was a clinical
 * protocol wrote it: three vitals and a step named after them.
 */
export type StoredDraft =
  | (Omit<EncounterDraft, 'typed'> & Partial<Pick<EncounterDraft, 'typed'>>)
  | (Omit<EncounterDraft, NewParts | 'step'> & BeforeProtocol)
type NewParts = 'protocolVersion' | 'entries' | 'confirmed' | 'typed' | 'answeredAt' | 'section'
interface BeforeProtocol {
  readonly vitals: Vitals | null
  readonly step: Exclude<EncounterDraft['step'], 'answers'> | 'vitals'
}

/** The version that came with the first app that had one; it asks for the same three vitals. */
const FIRST_PROTOCOL = 1

/** Reads a draft of any of these forms. */
export function draftOf(stored: StoredDraft): EncounterDraft {
  if ('entries' in stored) return { ...stored, typed: stored.typed ?? {} }
  const { vitals, step, ...rest } = stored
  const measured = CORE_NUMBERS.flatMap((id) => (vitals?.[id] === undefined ? [] : [[id, vitals[id]] as const]))
  const entries: Entries = Object.fromEntries(measured.map(([id, value]) => [id, String(value)]))
  return {
    ...rest,
    protocolVersion: FIRST_PROTOCOL,
    entries,
    confirmed: Object.fromEntries(measured),
    typed: {},
    answeredAt: vitals?.measuredAt ?? null,
    step: step === 'vitals' ? 'answers' : step,
    section: null,
  }
}
