import type { ClinicalProtocol } from '@spira/shared/protocol/clinicalProtocol.ts'
import { readAmongRules, type RecordNumberReading, ruleFor } from '@spira/shared/protocol/recordNumber.ts'
import type { DraftChange, LocalIdentity, TypedIdentity, TypedWho } from '../bedside/bedside.ts'
import { ageOf } from '../encounter/age.ts'
import { changeDraft, draftRow, openDraft } from '../encounter/drafts.ts'
import { EncounterError } from '../encounter/encounterError.ts'
import { protocolOf } from '../protocol/protocols.ts'
import type { EncounterRow } from '../store/database.ts'
import type { Opener } from '../store/opener.ts'
import type { Store } from '../store/store.ts'
import { keepIdentity, openIdentity } from './identities.ts'
import type { Lookup } from './lookup.ts'
import { isEstablished, replaced } from './samePerson.ts'

interface Where {
  readonly store: Store
  readonly opener: Opener
  readonly lookup: Lookup
}

/** Keeps what was typed of who this is: as typed with the draft, and what it means with the participant. */
export async function identifyDraft(
  where: Where,
  encounterId: string,
  { initials, ...typed }: TypedIdentity,
): Promise<void> {
  const { store, opener } = where
  await changeDraft(store, opener, encounterId, { typed: { ...typed, initials } })
  const row = await draftRow(store, encounterId)
  // Of somebody established, what stands there half typed does not take the place of what is kept; what is gone on with does.
  const established = await isEstablishedNow(where, row)
  const before = established ? await openIdentity(opener, await store.db.identities.get(row.participantId)) : null
  await keepTyped(where, encounterId, {
    initials: before === null || before.initials === '' ? initials : before.initials,
    number: before === null || before.recordNumber === '' ? 'as-typed' : 'as-before',
  })
}

async function isEstablishedNow({ store: { db }, opener }: Where, row: EncounterRow): Promise<boolean> {
  return isEstablished(await openDraft(opener, row), {
    encounters: await db.encounters.where('participantId').equals(row.participantId).count(),
    takes: await db.recordings.where('encounterId').equals(row.id).count(),
  })
}

/**
 * Nobody goes on from the first step, and nothing is saved, with a record number that is another participant's or cannot be, or with an
 * age that cannot be. A number that was another's when it was typed and is free by now is kept. Nobody established becomes somebody else
 * unless it was said that the person is the same.
 *
 * @param change about to be made together with the step.
 * @throws EncounterError `participant-known`, `identity-unsettled`, `identity-replaced`.
 */
export async function settleIdentity(where: Where, encounterId: string, change: DraftChange = {}): Promise<void> {
  const { store, opener } = where
  const row = await draftRow(store, encounterId)
  const draft = await openDraft(opener, row)
  const typed = { ...draft.typed, ...change.typed }
  if (!ageOf(typed.age ?? '').valid) throw new EncounterError('identity-unsettled')
  if (typed.recordNumber === undefined && typed.initials === undefined) return
  const before = await openIdentity(opener, await store.db.identities.get(row.participantId))
  const initials = typed.initials ?? before?.initials ?? ''
  const protocol = protocolOf(await store.db.protocols.toArray(), draft.protocolVersion)
  const become = replaced(before, { initials, number: readTyped(protocol, typed, before) })
  if (become !== null && become !== typed.samePerson && (await isEstablishedNow(where, row)))
    throw new EncounterError('identity-replaced')
  const { reading, kept } = await keepTyped(where, encounterId, { initials, number: 'as-typed' })
  if (reading.status === 'refused' || reading.status === 'asks') throw new EncounterError('identity-unsettled')
  if (reading.status === 'ok' && kept !== reading.bare) throw new EncounterError('participant-known')
}

async function keepTyped(
  { store, opener, lookup }: Where,
  encounterId: string,
  { initials, number }: { readonly initials: string; readonly number: 'as-before' | 'as-typed' },
): Promise<{ readonly reading: RecordNumberReading; readonly kept: string }> {
  const { db } = store
  const row = await draftRow(store, encounterId)
  const { typed, protocolVersion } = await openDraft(opener, row)
  const protocol = protocolOf(await db.protocols.toArray(), protocolVersion)
  const before = await openIdentity(opener, await db.identities.get(row.participantId))
  const reading = readTyped(protocol, typed, before)
  const kept = await keepIdentity(store, opener, lookup, row.participantId, {
    initials,
    number: number === 'as-before' || typed.recordNumber === undefined ? null : reading,
  })
  return { reading, kept: kept.recordNumber }
}

/** What the record number of a draft means: as typed, or else as it was kept. */
export function readTyped(
  { identifierRules }: Pick<ClinicalProtocol, 'identifierRules'>,
  { recordNumber, ruleId, settledNumber }: TypedWho,
  kept: LocalIdentity | null,
): RecordNumberReading {
  return readAmongRules(
    identifierRules,
    ruleFor(identifierRules, { chosen: ruleId, kept, remembered: '' }),
    recordNumber ?? kept?.recordNumber ?? '',
    [settledNumber, kept?.recordNumber].filter((bare) => bare !== undefined),
  )
}
