import { type ClinicalProtocol, clinicalProtocolSchema } from '@spira/shared/protocol/clinicalProtocol.ts'
import { type ReadProtocol, readEntries } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { defaultProtocol } from '@spira/shared/protocol/clinicalProtocolDefault.ts'
import type { EncounterDraft } from '../bedside/bedside.ts'
import type { ProtocolRow } from '../store/database.ts'

/** Parsed once each: the text of a version never changes. */
const parsed = new Map<string, ClinicalProtocol>()

/** The version an encounter names. The first came with the app; every other was kept before anything was filled in with it. */
export function protocolOf(rows: readonly ProtocolRow[], version: number): ClinicalProtocol {
  const row = rows.find((candidate) => candidate.version === version)
  if (row !== undefined) return parseOnce(row.text)
  if (version !== defaultProtocol.version) throw new Error(`clinical protocol ${version} is not on this device`)
  return defaultProtocol
}

/** The one that new encounters are filled in with. */
export const newestProtocol = (rows: readonly ProtocolRow[]): ClinicalProtocol =>
  protocolOf(rows, Math.max(defaultProtocol.version, ...rows.map(({ version }) => version)))

function parseOnce(text: string): ClinicalProtocol {
  const known = parsed.get(text) ?? clinicalProtocolSchema.parse(JSON.parse(text))
  parsed.set(text, known)
  return known
}

/** What a draft says under its protocol, today where the device is. */
export const readDraft = (
  protocol: ClinicalProtocol,
  { entries, confirmed }: Pick<EncounterDraft, 'entries' | 'confirmed'>,
): ReadProtocol => readEntries(protocol, entries, confirmed, localDay())

/** ISO day on the device's calendar. */
export const localDay = (at = new Date()): string =>
  [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
