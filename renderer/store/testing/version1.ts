import 'fake-indexeddb/auto'
import { newId } from '@spira/shared/protocol/ids.ts'
import { Dexie } from 'dexie'
import { bringToVersion } from './earlierVersions.ts'

/**
 * A database as the app of version 1 left it, written by that version's own code, kept here: one AES-GCM key for everything, in
 * `keys`, and no mark of whose a sealed value is.
 */
export interface Version1 {
  readonly name: string
  readonly encounterId: string
  readonly participantId: string
  readonly participantCode: string
  readonly recordingId: string
  readonly labelId: string
  readonly assessmentId: string
  readonly eventId: string
  readonly samples: Int16Array
}

const utf8 = (text: string) => new TextEncoder().encode(text)

export async function writeVersion1(name = `v1-${crypto.randomUUID()}`): Promise<Version1> {
  await bringToVersion(name, 1)
  const db = new Dexie(name, { chromeTransactionDurability: 'strict' })
  await db.open()
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  await db.table('keys').add({ name: 'data', key })

  async function seal(place: string, bytes: BufferSource) {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    return { iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(place) }, key, bytes) }
  }
  const sealJson = (place: string, value: unknown) => seal(place, utf8(JSON.stringify(value)))

  const [encounterId, participantId, recordingId] = [newId(), newId(), newId()]
  const [labelId, assessmentId, eventId] = [newId(), newId(), newId()]
  const participantCode = 'P-7F3K2'
  const at = '2026-11-23T08:00:00.000Z'
  const draft = {
    id: encounterId,
    participant: { id: participantId, siteId: newId(), code: participantCode, registeredAt: at },
    operatorCode: 'OP-1',
    consent: { given: true, textVersion: '1', language: 'en', givenAt: at },
    vitals: { spo2Percent: 94, measuredAt: at },
    startedAt: at,
    step: 'result',
  }
  await db.table('encounters').add({
    id: encounterId,
    participantId,
    state: 'draft',
    updatedAt: Date.parse(at),
    sealed: await sealJson(`encounters/${encounterId}`, draft),
  })
  const samples = Int16Array.from({ length: 20_000 }, (_, index) => 8000 * Math.sin(index / 12))
  const capture = { source: 'track-processor', sampleRateHz: 48_000, channelCount: 1 }
  await db.table('recordings').add({
    id: recordingId,
    encounterId,
    state: 'recording',
    startedAt: Date.parse(at),
    sealed: await sealJson(`recordings/${recordingId}`, {
      task: 'read-sentence',
      startedAt: at,
      capture,
      measured: null,
      failure: null,
    }),
  })
  for (let index = 0; index * 8000 < samples.length; index += 1)
    await db.table('chunks').add({
      recordingId,
      index,
      sealed: await seal(`chunks/${recordingId}/${index}`, samples.slice(index * 8000, (index + 1) * 8000)),
    })
  await db.table('labels').add({
    id: labelId,
    encounterId,
    givenAt: Date.parse(at),
    sealed: await sealJson(`labels/${labelId}`, {
      id: labelId,
      encounterId,
      value: 'present',
      establishedBy: 'clinical',
      givenBy: 'OP-1',
      givenAt: at,
    }),
  })
  await db.table('assessments').add({
    id: assessmentId,
    recordingId,
    madeAt: Date.parse(at),
    sealed: await sealJson(`assessments/${assessmentId}`, { id: assessmentId, recordingId }),
  })
  await db.table('outbox').add({
    id: eventId,
    kind: 'event',
    encounterId,
    sequence: 1,
    state: 'queued',
    attempts: 0,
    nextAttemptAt: 0,
    uploadUrl: null,
    bytesSent: 0,
    byteLength: 100,
    sha256: 'a'.repeat(64),
    reason: null,
    sealed: await sealJson(`outbox/${eventId}`, { id: eventId, type: 'label.given' }),
    receiptId: null,
  })
  await db.table('marks').put({ name: 'event-sequence', value: 1 })
  db.close()
  return { name, encounterId, participantId, participantCode, recordingId, labelId, assessmentId, eventId, samples }
}
