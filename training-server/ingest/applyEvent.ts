import { sql, type Transaction } from 'kysely'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import { impossibleAnswer } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { DeviceEvent, ModelChange, ShadowScore } from '@spira/shared/protocol/events.ts'
import type { Answers } from '@spira/shared/protocol/answers.ts'
import type {
  Assessment,
  Encounter,
  Label,
  Participant,
  ParticipantCorrection,
  Recording,
} from '@spira/shared/protocol/records.ts'
import type { Withdrawal } from '@spira/shared/protocol/withdrawal.ts'
import { protocolOfVersion } from '../clinicalProtocol/protocols.ts'
import type { Database } from '../db/schema.ts'
import { appendChange } from '../fleet/changeFeed.ts'
import type { AuthenticatedDevice } from '../fleet/requireDevice.ts'
import { withdrawParticipant } from '../participants/withdraw.ts'
import { takeOverRecording } from './takeOverRecording.ts'

type Trx = Transaction<Database>

/**
 * Files the record an event carries. Whatever it refers to must be there and belong to the device's site: a record is
 * never filed under another participant (promise 2). A record that is there with the same content is left as it is.
 */
export async function applyEvent(trx: Trx, device: AuthenticatedDevice, event: DeviceEvent): Promise<void> {
  switch (event.type) {
    case 'participant.registered':
      return once(trx, event, await fileParticipant(trx, device, event.payload))
    case 'participant.corrected':
      return once(trx, event, await fileCorrection(trx, device, event.payload))
    case 'encounter.completed':
      return once(trx, event, await fileEncounter(trx, device, event.payload))
    case 'recording.saved': {
      const filed = await fileRecording(trx, device, event.payload)
      await once(trx, event, filed)
      return filed === undefined ? takeOverRecording(trx, device, event.payload.id) : undefined
    }
    case 'assessment.made':
      return once(trx, event, await fileAssessment(trx, device, event.payload))
    case 'label.given':
      return once(trx, event, await fileLabel(trx, device, event.payload))
    case 'participant.withdrawn':
      return withdraw(trx, device, event.payload)
    case 'model.changed':
      return fileModelReport(trx, device, event.id, event.sequence, event.payload)
    case 'model.shadowed':
      return once(trx, event, await fileShadowScore(trx, device, event.payload))
  }
}

/** `filed`: whether the insert found room. If not, the record there must be the one this event carries. */
async function once(
  trx: Trx,
  event: Exclude<DeviceEvent, { type: 'model.changed' | 'participant.withdrawn' }>,
  filed: { id: string } | undefined,
): Promise<void> {
  if (filed !== undefined) return
  const earlier = await trx
    .selectFrom('deviceEvents')
    .select('body')
    .where(sql<string>`body -> 'payload' ->> 'id'`, '=', event.payload.id)
    .where('type', '=', event.type)
    .where('id', '!=', event.id)
    .executeTakeFirst()
  const same = earlier !== undefined && canonicalJson(earlier.body.payload) === canonicalJson(event.payload)
  if (!same) throw new SpiraError('record_conflict')
}

async function fileParticipant(trx: Trx, device: AuthenticatedDevice, participant: Participant) {
  const { id, siteId, code, sex, ageYears, registeredAt } = participant
  if (siteId !== device.siteId) throw new SpiraError('participant_of_other_site')
  // Also met by a pseudonym that another participant of the site has: `once` finds no record with this id and refuses.
  return trx
    .insertInto('participants')
    .values({ id, siteId, code, sex: sex ?? null, ageYears: ageYears ?? null, registeredAt })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
}

/** All are kept. The one filed last counts, whichever device sent it: the participant's row is held until it is filed. */
async function fileCorrection(trx: Trx, device: AuthenticatedDevice, correction: ParticipantCorrection) {
  const { id, participantId, sex = null, ageYears = null, correctedAt } = correction
  const participant = await trx
    .selectFrom('participants')
    .select('siteId')
    .where('id', '=', participantId)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (participant === undefined) throw new SpiraError('reference_unknown', { what: `participant ${participantId}` })
  if (participant.siteId !== device.siteId) throw new SpiraError('participant_of_other_site')
  const filed = await trx
    .insertInto('participantCorrections')
    .values({ id, participantId, deviceId: device.id, sex, ageYears, correctedAt })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (filed !== undefined)
    await trx.updateTable('participants').set({ sex, ageYears }).where('id', '=', participantId).execute()
  return filed
}

async function fileEncounter(trx: Trx, device: AuthenticatedDevice, encounter: Encounter) {
  const { id, participantId, siteId, operatorCode, consent, vitals, startedAt, completedAt, protocolVersion, answers } =
    encounter
  const participant = await trx
    .selectFrom('participants')
    .select('siteId')
    .where('id', '=', participantId)
    .executeTakeFirst()
  if (participant === undefined) throw new SpiraError('reference_unknown', { what: `participant ${participantId}` })
  if (siteId !== device.siteId || participant.siteId !== device.siteId)
    throw new SpiraError('participant_of_other_site')
  if (protocolVersion !== undefined) await checkAnswers(trx, protocolVersion, answers ?? {})
  return trx
    .insertInto('encounters')
    .values({
      id,
      participantId,
      siteId,
      deviceId: device.id,
      operatorCode,
      startedAt,
      completedAt,
      consent: JSON.stringify(consent),
      vitals: JSON.stringify(vitals),
      protocolVersion: protocolVersion ?? null,
      answers: answers === undefined ? null : JSON.stringify(answers),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
}

/** What cannot be under the protocol the encounter names is not filed, whatever device sends it. */
async function checkAnswers(trx: Trx, version: number, answers: Answers): Promise<void> {
  const protocol = await protocolOfVersion(trx, version)
  if (protocol === null) throw new SpiraError('reference_unknown', { what: `clinical protocol ${version}` })
  const field = impossibleAnswer(protocol, answers)
  if (field !== null) throw new SpiraError('answers_invalid', { field, version })
}

async function fileRecording(trx: Trx, device: AuthenticatedDevice, recording: Recording) {
  const { id, encounterId, participantId, task, startedAt, sampleCount, byteLength, sha256, capture, quality } =
    recording
  const encounter = await encounterOfSite(trx, device, encounterId)
  if (encounter.participantId !== participantId) throw new SpiraError('record_conflict')
  return trx
    .insertInto('recordings')
    .values({
      id,
      encounterId,
      participantId,
      deviceId: device.id,
      task,
      startedAt,
      sampleCount,
      byteLength,
      sha256,
      filedAt: null,
      capture: JSON.stringify(capture),
      quality: JSON.stringify(quality),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
}

async function fileAssessment(trx: Trx, device: AuthenticatedDevice, assessment: Assessment) {
  const { id, recordingId, model, probability, threshold, decision, madeAt } = assessment
  const recording = await trx
    .selectFrom('recordings')
    .select('encounterId')
    .where('id', '=', recordingId)
    .executeTakeFirst()
  if (recording === undefined) throw new SpiraError('reference_unknown', { what: `recording ${recordingId}` })
  await encounterOfSite(trx, device, recording.encounterId)
  return trx
    .insertInto('assessments')
    .values({
      id,
      recordingId,
      modelId: model.id,
      modelVersion: model.version,
      probability,
      threshold,
      decision,
      madeAt,
      body: JSON.stringify(assessment),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst()
}

async function fileLabel(trx: Trx, device: AuthenticatedDevice, label: Label) {
  const { id, encounterId, value, givenAt } = label
  const { siteId } = await encounterOfSite(trx, device, encounterId)
  const filed = await trx
    .insertInto('labels')
    .values({ id, encounterId, value, givenAt, body: JSON.stringify(label) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning(['id', 'position'])
    .executeTakeFirst()
  if (filed !== undefined)
    await appendChange(trx, siteId, { type: 'label.given', label, position: filed.position, deviceId: device.id })
  return filed
}

const withdraw = (trx: Trx, { id, siteId }: AuthenticatedDevice, withdrawal: Withdrawal): Promise<void> =>
  withdrawParticipant(trx, { ...withdrawal, siteId, origin: 'device', actor: `device:${id}` })

async function fileModelReport(
  trx: Trx,
  device: AuthenticatedDevice,
  eventId: string,
  sequence: number,
  { modelId, modelVersion, outcome, reason }: ModelChange,
): Promise<void> {
  await trx
    .insertInto('modelReports')
    .values({
      eventId,
      deviceId: device.id,
      modelId,
      modelVersion,
      outcome,
      reason: reason ?? null,
      sequence,
      receivedAt: new Date(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  if (outcome === 'activated')
    await trx.updateTable('devices').set({ modelVersion }).where('id', '=', device.id).execute()
}

async function fileShadowScore(trx: Trx, device: AuthenticatedDevice, score: ShadowScore) {
  const { id, recordingId, modelId, modelVersion, probability, decision, champion, madeAt } = score
  const recording = await trx
    .selectFrom('recordings')
    .select('encounterId')
    .where('id', '=', recordingId)
    .executeTakeFirst()
  if (recording === undefined) throw new SpiraError('reference_unknown', { what: `recording ${recordingId}` })
  await encounterOfSite(trx, device, recording.encounterId)
  return trx
    .insertInto('shadowScores')
    .values({
      id,
      recordingId,
      deviceId: device.id,
      modelId,
      modelVersion,
      probability,
      decision,
      championId: champion.modelId,
      championProbability: champion.probability,
      championDecision: champion.decision,
      madeAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
}

async function encounterOfSite(trx: Trx, device: AuthenticatedDevice, encounterId: string) {
  const encounter = await trx
    .selectFrom('encounters')
    .select(['siteId', 'participantId'])
    .where('id', '=', encounterId)
    .executeTakeFirst()
  if (encounter === undefined) throw new SpiraError('reference_unknown', { what: `encounter ${encounterId}` })
  if (encounter.siteId !== device.siteId) throw new SpiraError('participant_of_other_site')
  return encounter
}
