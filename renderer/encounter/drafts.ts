import { newId } from '@spira/shared/protocol/ids.ts'
import type { Participant } from '@spira/shared/protocol/records.ts'
import type { DraftChange, EncounterDraft } from '../bedside/bedside.ts'
import type { EncounterRow } from '../store/database.ts'
import { isSameSealing, sealJson } from '../store/envelope.ts'
import type { Opener } from '../store/opener.ts'
import { encounterPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { EncounterError } from './encounterError.ts'
import { newPseudonym } from './pseudonym.ts'
import { draftOf, type StoredDraft } from './storedDraft.ts'

export async function openDraft(opener: Opener, row: EncounterRow): Promise<EncounterDraft> {
  return draftOf(await opener.open<StoredDraft>(encounterPlace(row.id), row.sealed))
}

export interface NewDraft {
  readonly siteId: string
  readonly operatorCode: string
  readonly protocolVersion: number
  /** One this device knows; otherwise a new one. */
  readonly participantId?: string | undefined
}

/**
 * A new draft, on disk when it returns: of a known participant, or of a new one whose pseudonym no other on this device has.
 *
 * @throws EncounterError `participant-unknown`.
 */
export async function startDraft(
  store: Store,
  opener: Opener,
  { siteId, operatorCode, protocolVersion, participantId }: NewDraft,
): Promise<EncounterDraft> {
  const now = new Date().toISOString()
  const draft: EncounterDraft = {
    id: newId(),
    participant:
      participantId === undefined
        ? await newParticipant(store, opener, siteId, now)
        : await participantOf(store, opener, participantId),
    operatorCode,
    consent: null,
    protocolVersion,
    entries: {},
    confirmed: {},
    typed: {},
    answeredAt: null,
    startedAt: now,
    step: 'participant',
    section: null,
  }
  await store.db.encounters.add(await rowOf(store, draft))
  return draft
}

async function newParticipant(
  { db }: Store,
  opener: Opener,
  siteId: string,
  registeredAt: string,
): Promise<Participant> {
  const drafts = await Promise.all((await db.encounters.toArray()).map((row) => openDraft(opener, row)))
  const code = newPseudonym(new Set(drafts.map(({ participant }) => participant.code)))
  return { id: newId(), siteId, code, registeredAt }
}

/** As the newest encounter has them. */
export async function participantOf({ db }: Store, opener: Opener, participantId: string): Promise<Participant> {
  const newest = (await db.encounters.where('participantId').equals(participantId).sortBy('updatedAt')).at(-1)
  if (newest === undefined) throw new EncounterError('participant-unknown')
  return (await openDraft(opener, newest)).participant
}

/**
 * Applies a change to the draft on disk. Who the participant is (id, site, pseudonym) never changes: a form filled in for one
 * patient cannot end up as another.
 *
 * @throws EncounterError `encounter-unknown`, `encounter-complete`.
 */
export async function changeDraft(
  store: Store,
  opener: Opener,
  encounterId: string,
  change: DraftChange,
): Promise<void> {
  await rewriteDraft(store, opener, encounterId, (draft) => {
    const { id, siteId, code, registeredAt } = draft.participant
    const answered = change.entries !== undefined || change.confirmed !== undefined
    return {
      ...draft,
      ...change,
      participant: { ...draft.participant, ...change.participant, id, siteId, code, registeredAt },
      entries: { ...draft.entries, ...change.entries },
      confirmed: { ...draft.confirmed, ...change.confirmed },
      typed: { ...draft.typed, ...change.typed },
      answeredAt: answered ? new Date().toISOString() : draft.answeredAt,
    }
  })
}

/**
 * Makes the draft one of a participant this device knows. Consent and answers given so far go: they were another's.
 *
 * @throws EncounterError `recordings-made`: sound is never moved from one participant to another.
 */
export async function adoptParticipant(
  store: Store,
  opener: Opener,
  encounterId: string,
  participantId: string,
): Promise<void> {
  const { db } = store
  const participant = await participantOf(store, opener, participantId)
  if ((await db.recordings.where('encounterId').equals(encounterId).count()) > 0)
    throw new EncounterError('recordings-made')
  const provisional = (await draftRow(store, encounterId)).participantId
  await rewriteDraft(store, opener, encounterId, (draft) => ({
    ...draft,
    participant,
    consent: null,
    entries: {},
    confirmed: {},
    typed: {},
    answeredAt: null,
    step: 'participant',
    section: null,
  }))
  if (provisional !== participantId) await forgetUnlessSeen(store, opener, provisional)
}

async function rewriteDraft(
  store: Store,
  opener: Opener,
  encounterId: string,
  rewrite: (draft: EncounterDraft) => EncounterDraft,
): Promise<void> {
  const { db } = store
  for (;;) {
    const row = await draftRow(store, encounterId)
    const next = await rowOf(store, rewrite(await openDraft(opener, row)))
    // WebCrypto may not be awaited inside the transaction: another tab may have written meanwhile; then again, on its version.
    const written = await db.transaction('rw', db.encounters, async () => {
      if (!isSameVersion(await db.encounters.get(encounterId), row)) return false
      await db.encounters.put(next)
      return true
    })
    if (written) return
  }
}

/** @throws EncounterError when there is no such draft. */
export async function draftRow({ db }: Store, encounterId: string): Promise<EncounterRow> {
  const row = await db.encounters.get(encounterId)
  if (row === undefined) throw new EncounterError('encounter-unknown')
  if (row.state === 'complete') throw new EncounterError('encounter-complete')
  return row
}

export const isSameVersion = (a: EncounterRow | undefined, b: EncounterRow): boolean =>
  a !== undefined && a.state === b.state && isSameSealing(a.sealed, b.sealed)

/** Removes a draft with its recordings and all that hangs on them; of a participant without another encounter, everything. */
export async function discardDraft(store: Store, opener: Opener, encounterId: string): Promise<void> {
  const { db, copies } = store
  const { participantId } = await draftRow(store, encounterId)
  // First: a copy without its recording would be offered back at the next start.
  for (const id of await db.recordings.where('encounterId').equals(encounterId).primaryKeys()) await copies?.remove(id)
  const tables = [db.encounters, db.recordings, db.chunks, db.assessments, db.labels, db.typedLabels]
  await db.transaction('rw', tables, async () => {
    await draftRow(store, encounterId)
    const recordingIds = await db.recordings.where('encounterId').equals(encounterId).primaryKeys()
    await db.chunks.where('recordingId').anyOf(recordingIds).delete()
    await db.assessments.where('recordingId').anyOf(recordingIds).delete()
    await db.recordings.bulkDelete(recordingIds)
    await db.labels.where('encounterId').equals(encounterId).delete()
    await db.typedLabels.delete(encounterId)
    await db.encounters.delete(encounterId)
  })
  await forgetUnlessSeen(store, opener, participantId)
}

/** Of a participant without any encounter nothing stays, not even the key. */
async function forgetUnlessSeen({ db, keys }: Store, opener: Opener, participantId: string): Promise<void> {
  const gone = await db.transaction('rw', db.encounters, db.identities, db.participantKeys, async () => {
    if ((await db.encounters.where('participantId').equals(participantId).count()) > 0) return false
    await db.identities.delete(participantId)
    await db.participantKeys.delete(participantId)
    return true
  })
  if (!gone) return
  keys.forget(participantId)
  opener.forget(participantId)
}

async function rowOf({ keys }: Store, draft: EncounterDraft): Promise<EncounterRow> {
  const sealed = await sealJson(await keys.of(draft.participant.id), encounterPlace(draft.id), draft)
  return { id: draft.id, participantId: draft.participant.id, state: 'draft', updatedAt: Date.now(), sealed }
}
