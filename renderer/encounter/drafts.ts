import { newId } from '@spira/shared/protocol/ids.ts'
import type { EncounterDraft } from '../bedside/bedside.ts'
import type { EncounterRow } from '../store/database.ts'
import { isSameSealing, sealJson } from '../store/envelope.ts'
import type { Opener } from '../store/opener.ts'
import { encounterPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { EncounterError } from './encounterError.ts'
import { newPseudonym } from './pseudonym.ts'

export type DraftChange = Partial<Pick<EncounterDraft, 'participant' | 'operatorCode' | 'consent' | 'vitals' | 'step'>>

export async function openDraft(opener: Opener, row: EncounterRow): Promise<EncounterDraft> {
  return opener.open<EncounterDraft>(encounterPlace(row.id), row.sealed)
}

/** A new draft with a pseudonym no other encounter on this device has, on disk when it returns. */
export async function startDraft(
  store: Store,
  opener: Opener,
  siteId: string,
  operatorCode: string,
): Promise<EncounterDraft> {
  const { db } = store
  const drafts = await Promise.all((await db.encounters.toArray()).map((row) => openDraft(opener, row)))
  const now = new Date().toISOString()
  const draft: EncounterDraft = {
    id: newId(),
    participant: {
      id: newId(),
      siteId,
      code: newPseudonym(new Set(drafts.map(({ participant }) => participant.code))),
      registeredAt: now,
    },
    operatorCode,
    consent: null,
    vitals: null,
    startedAt: now,
    step: 'participant',
  }
  await db.encounters.add(await rowOf(store, draft))
  return draft
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
  const { db } = store
  for (;;) {
    const row = await draftRow(store, encounterId)
    const draft = await openDraft(opener, row)
    const { id, siteId, code, registeredAt } = draft.participant
    const participant = { ...draft.participant, ...change.participant, id, siteId, code, registeredAt }
    const next = await rowOf(store, { ...draft, ...change, participant })
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

/** Removes a draft with its recordings and all that hangs on them. */
export async function discardDraft(store: Store, encounterId: string): Promise<void> {
  const { db, copies } = store
  await draftRow(store, encounterId)
  // First: a copy without its recording would be offered back at the next start.
  for (const id of await db.recordings.where('encounterId').equals(encounterId).primaryKeys()) await copies?.remove(id)
  await db.transaction('rw', [db.encounters, db.recordings, db.chunks, db.assessments, db.labels], async () => {
    await draftRow(store, encounterId)
    const recordingIds = await db.recordings.where('encounterId').equals(encounterId).primaryKeys()
    await db.chunks.where('recordingId').anyOf(recordingIds).delete()
    await db.assessments.where('recordingId').anyOf(recordingIds).delete()
    await db.recordings.bulkDelete(recordingIds)
    await db.labels.where('encounterId').equals(encounterId).delete()
    await db.encounters.delete(encounterId)
  })
}

async function rowOf({ keys }: Store, draft: EncounterDraft): Promise<EncounterRow> {
  const sealed = await sealJson(await keys.of(draft.participant.id), encounterPlace(draft.id), draft)
  return { id: draft.id, participantId: draft.participant.id, state: 'draft', updatedAt: Date.now(), sealed }
}
