import '../../renderer/app/zodWithoutEval.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import type { Assessment } from '@spira/shared/protocol/records.ts'
import { completeEncounter } from '../../renderer/encounter/completion.ts'
import { changeDraft, startDraft } from '../../renderer/encounter/drafts.ts'
import { addLabel } from '../../renderer/encounter/labels.ts'
import { openAccess } from '../../renderer/lock/openAccess.ts'
import { identifyDraft } from '../../renderer/participants/identify.ts'
import { createLookup } from '../../renderer/participants/lookup.ts'
import type { RecordingDetails } from '../../renderer/recording/recordingDetails.ts'
import { keyOfEncounter } from '../../renderer/store/dataKeys.ts'
import { sealJson } from '../../renderer/store/envelope.ts'
import { createOpener } from '../../renderer/store/opener.ts'
import { assessmentPlace, recordingPlace } from '../../renderer/store/places.ts'
import type { Store } from '../../renderer/store/store.ts'

const HASH = 'a'.repeat(64)
const QUALITY: QualityReport = {
  durationMs: 7000,
  peakDbfs: -6,
  rmsDbfs: -22,
  clippedShare: 0,
  activeMs: 6200,
  snrDb: 24,
  droppedMs: 0,
  findings: [],
  verdict: 'good',
}
const DECISIONS = ['negative', 'positive', 'uncertain'] as const
const PROBABILITY = { negative: 0.14, positive: 0.86, uncertain: 0.51 } as const

/**
 * So many complete, labelled encounters on this device, by the app's own store under the device's own keys, as after weeks of use: sealed,
 * and said to be at the server. Runs in the app's origin; of the sound only what a worklist reads is there.
 */
export async function seedWorklist(pin: string, encounters: number): Promise<void> {
  const access = await openAccess(null)
  const store = access.status === 'open' ? access.store : await access.device.unlock(pin)
  for (let number = 0; number < encounters; number++) await oneEncounter(store, number)
  await store.db.outbox.toCollection().modify({ state: 'synced', receiptId: newId() })
  store.db.close()
}

async function oneEncounter(store: Store, number: number): Promise<void> {
  const opener = createOpener(store.keys)
  const now = new Date().toISOString()
  const { id } = await startDraft(store, opener, { siteId: newId(), operatorCode: 'N-12', protocolVersion: 1 })
  await identifyDraft({ store, opener, lookup: createLookup(store) }, id, { initials: 'MS' })
  await changeDraft(store, opener, id, {
    consent: { given: true, textVersion: '1', language: 'en', givenAt: now },
    entries: { spo2Percent: '96', heartRatePerMin: '82', respiratoryRatePerMin: '18' },
    step: 'result',
  })
  const recordingId = newId()
  const key = await keyOfEncounter(store, id)
  if (key === null) throw new Error('an encounter without its key')
  const details: RecordingDetails = {
    task: 'read-sentence',
    startedAt: now,
    capture: { source: 'track-processor', sampleRateHz: 48_000, channelCount: 1 },
    measured: { sampleCount: 112_000, byteLength: 224_044, sha256: HASH, quality: QUALITY },
    failure: null,
  }
  await store.db.recordings.add({
    id: recordingId,
    encounterId: id,
    state: 'taken',
    startedAt: Date.now(),
    sealed: await sealJson(key, recordingPlace(recordingId), details),
  })
  const reading = assessmentOf(recordingId, now, DECISIONS[number % DECISIONS.length] ?? 'uncertain')
  await store.db.assessments.add({
    id: reading.id,
    recordingId,
    madeAt: Date.parse(now),
    sealed: await sealJson(key, assessmentPlace(reading.id), reading),
  })
  await completeEncounter(store, opener, id)
  await addLabel(store, id, { value: 'absent', establishedBy: 'clinical', givenBy: 'N-12' })
}

function assessmentOf(recordingId: string, madeAt: string, decision: (typeof DECISIONS)[number]): Assessment {
  const probability = PROBABILITY[decision]
  return {
    id: newId(),
    recordingId,
    model: { id: newId(), version: 0, sha256: HASH },
    featureSpecHash: HASH,
    runtime: { provider: 'wasm', threads: 1 },
    threshold: 0.5,
    uncertain: { from: 0.45, to: 0.55 },
    windowSeconds: 4,
    probability,
    interval: { low: probability - 0.05, high: probability + 0.05 },
    windows: [{ startMs: 0, probability }],
    decision,
    qualityVerdict: 'good',
    intendedUse: 'not-a-diagnosis',
    madeAt,
  }
}
