import type { Answers } from '@spira/shared/protocol/answers.ts'
import { type ClinicalProtocol, CORE_NUMBERS } from '@spira/shared/protocol/clinicalProtocol.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Assessment, Label, Participant, Vitals } from '@spira/shared/protocol/records.ts'
import type { EncounterDraft } from '../bedside/bedside.ts'
import { protocolOf, readDraft } from '../protocol/protocols.ts'
import type { RecordingDetails } from '../recording/recordingDetails.ts'
import { isUnexplained } from '../recording/take.ts'
import type { AssessmentRow, EncounterRow, RecordingRow } from '../store/database.ts'
import type { Opener } from '../store/opener.ts'
import { assessmentPlace, labelPlace, recordingPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'
import { type OutboxItem, prepareOutbox } from '../sync/outbox.ts'
import { draftRow, isSameVersion, openDraft } from './drafts.ts'
import { EncounterError } from './encounterError.ts'

/**
 * Saves an encounter: in one transaction it becomes complete, its takes become kept, and everything the server shall have
 * enters the outbox. Killed at any moment, it is wholly a draft or wholly complete (promise 1).
 *
 * @throws EncounterError naming what is missing; nothing was changed.
 */
export async function completeEncounter(store: Store, opener: Opener, encounterId: string): Promise<void> {
  const { db } = store
  for (;;) {
    const row = await draftRow(store, encounterId)
    const recordings = await db.recordings.where('encounterId').equals(encounterId).toArray()
    if (recordings.some(({ state }) => state === 'recording')) throw new EncounterError('recording-unfinished')
    const taken = recordings.filter(({ state }) => state === 'taken').sort((a, b) => a.startedAt - b.startedAt)
    const assessments = await db.assessments
      .where('recordingId')
      .anyOf(taken.map(({ id }) => id))
      .toArray()
    const labels = await db.labels.where('encounterId').equals(encounterId).sortBy('givenAt')

    const draft = await openDraft(opener, row)
    const before = await completed(store, row.participantId)
    const sent = await lastSent(opener, before)
    const items = [
      ...encounterItems(draft, protocolOf(await db.protocols.toArray(), draft.protocolVersion), {
        takes: taken.length,
        sent,
      }),
      ...(await Promise.all(taken.map((take) => recordingItems(opener, row.participantId, take, assessments)))).flat(),
      ...(await Promise.all(
        labels.map(async (label): Promise<OutboxItem> => {
          const payload = await opener.open<Label>(labelPlace(label.id), label.sealed)
          return { kind: 'event', encounterId, participantId: row.participantId, type: 'label.given', payload }
        }),
      )),
    ]
    const outboxRows = await prepareOutbox(store, items)

    const saved = await db.transaction('rw', [db.encounters, db.recordings, db.labels, db.outbox], async () => {
      // What was prepared must be what is still there: another tab, or an edit on its way, may have been quicker.
      if (!isSameVersion(await db.encounters.get(encounterId), row)) return false
      if ((await db.labels.where('encounterId').equals(encounterId).count()) !== labels.length) return false
      const now = await db.recordings.where('encounterId').equals(encounterId).toArray()
      if (stateList(now) !== stateList(recordings)) return false
      if ((await completed(store, row.participantId)).length !== before.length) return false
      await db.encounters.put({ ...row, state: 'complete', updatedAt: Date.now() })
      await db.recordings.bulkPut(taken.map((take) => ({ ...take, state: 'kept' })))
      await db.outbox.bulkAdd([...outboxRows])
      return true
    })
    if (saved) return
  }
}

/** The complete encounters of the participant, the newest last: with the first of them the server hears of the participant, once. */
const completed = async ({ db }: Store, participantId: string): Promise<readonly EncounterRow[]> =>
  (await db.encounters.where('participantId').equals(participantId).sortBy('updatedAt')).filter(
    ({ state }) => state === 'complete',
  )

/** The participant as the server was last told; null where it never was. What a later encounter left out was not taken back by it. */
async function lastSent(opener: Opener, rows: readonly EncounterRow[]): Promise<Sent | null> {
  const told = await Promise.all(rows.map(async (row) => (await openDraft(opener, row)).participant))
  return told.length === 0
    ? null
    : {
        sex: told.findLast(({ sex }) => sex !== undefined)?.sex,
        ageYears: told.findLast(({ ageYears }) => ageYears !== undefined)?.ageYears,
      }
}

/** What the server was told of a participant that may still change. */
interface Sent {
  readonly sex: Participant['sex']
  readonly ageYears: Participant['ageYears']
}

function encounterItems(
  draft: EncounterDraft,
  protocol: ClinicalProtocol,
  { takes, sent }: { readonly takes: number; readonly sent: Sent | null },
): readonly OutboxItem[] {
  const { id, participant, operatorCode, consent, startedAt } = draft
  if (consent === null) throw new EncounterError('consent-missing')
  if (takes === 0) throw new EncounterError('recording-missing')
  const { answers, unsettled } = readDraft(protocol, draft)
  if (unsettled.length > 0) throw new EncounterError('answers-unsettled')
  const { id: participantId, siteId } = participant
  const completedAt = new Date().toISOString()
  return [
    ...aboutParticipant(draft, sent, completedAt),
    {
      kind: 'event',
      encounterId: id,
      participantId,
      type: 'encounter.completed',
      payload: {
        id,
        participantId,
        siteId,
        operatorCode,
        consent,
        vitals: vitalsIn(answers, draft.answeredAt ?? startedAt),
        protocolVersion: protocol.version,
        answers,
        startedAt,
        completedAt,
      },
    },
  ]
}

/** What the server does not know of the participant yet. */
function aboutParticipant(
  { id: encounterId, participant }: EncounterDraft,
  sent: Sent | null,
  correctedAt: string,
): readonly OutboxItem[] {
  const about = { kind: 'event', encounterId, participantId: participant.id } as const
  if (sent === null) return [{ ...about, type: 'participant.registered', payload: participant }]
  const { sex = sent.sex, ageYears = sent.ageYears } = participant
  if (sex === sent.sex && ageYears === sent.ageYears) return []
  const payload = {
    id: newId(),
    participantId: participant.id,
    ...(sex !== undefined && { sex }),
    ...(ageYears !== undefined && { ageYears }),
    correctedAt,
  }
  return [{ ...about, type: 'participant.corrected', payload }]
}

/** The answers that other parts of the product read as vitals. */
function vitalsIn(answers: Answers, measuredAt: string): Vitals {
  const measured = CORE_NUMBERS.filter((id) => typeof answers[id] === 'number').map((id) => [id, answers[id]])
  return { ...Object.fromEntries(measured), measuredAt }
}

async function recordingItems(
  opener: Opener,
  participantId: string,
  { id, encounterId, sealed }: RecordingRow,
  assessments: readonly AssessmentRow[],
): Promise<readonly OutboxItem[]> {
  const { task, startedAt, capture, measured } = await opener.open<RecordingDetails>(recordingPlace(id), sealed)
  if (measured === null) throw new EncounterError('recording-unfinished')
  const { sampleCount, byteLength, sha256, quality } = measured
  if (isUnexplained(quality)) throw new EncounterError('take-unexplained')
  const made = await Promise.all(
    assessments
      .filter(({ recordingId }) => recordingId === id)
      .map(async (row): Promise<OutboxItem> => {
        const payload = await opener.open<Assessment>(assessmentPlace(row.id), row.sealed)
        return { kind: 'event', encounterId, participantId, type: 'assessment.made', payload }
      }),
  )
  return [
    {
      kind: 'event',
      encounterId,
      participantId,
      type: 'recording.saved',
      payload: {
        id,
        encounterId,
        participantId,
        task,
        startedAt,
        sampleRateHz: 16_000,
        sampleCount,
        byteLength,
        sha256,
        capture,
        quality,
      },
    },
    { kind: 'audio', encounterId, recordingId: id, byteLength, sha256 },
    ...made,
  ]
}

const stateList = (recordings: readonly RecordingRow[]): string =>
  recordings
    .map(({ id, state }) => `${id} ${state}`)
    .sort()
    .join()
