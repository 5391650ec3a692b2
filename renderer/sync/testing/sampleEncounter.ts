import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import type { OutboxItem } from '../outbox.ts'

export interface SampleEncounter {
  readonly encounterId: string
  readonly participantId: string
  readonly recordingId: string
  readonly audio: Blob
  readonly items: readonly OutboxItem[]
}

const quality: QualityReport = {
  durationMs: 1000,
  peakDbfs: -3,
  rmsDbfs: -20,
  clippedShare: 0,
  activeMs: 900,
  snrDb: 30,
  droppedMs: 0,
  findings: [],
  verdict: 'good',
}

/** 25 of its random bits: of 500 participants hardly two have the same. */
const pseudonymOf = (id: string): string =>
  `P-${[...id.replaceAll('-', '').slice(-10).matchAll(/../g)].map(([byte]) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number.parseInt(byte, 16) % 32]).join('')}`

/** An encounter of one participant with one recording, as the outbox takes it; `wav` is a whole file. */
export async function sampleEncounter(siteId: string, wav: Uint8Array<ArrayBuffer>): Promise<SampleEncounter> {
  const [participantId, encounterId, recordingId] = [newId(), newId(), newId()]
  const at = '2026-11-23T08:00:00.000Z'
  const sha256 = await sha256Hex(wav)
  const byteLength = wav.byteLength
  const items: OutboxItem[] = [
    {
      kind: 'event',
      encounterId,
      participantId,
      type: 'participant.registered',
      payload: { id: participantId, siteId, code: pseudonymOf(participantId), registeredAt: at },
    },
    {
      kind: 'event',
      encounterId,
      participantId,
      type: 'encounter.completed',
      payload: {
        id: encounterId,
        participantId,
        siteId,
        operatorCode: 'N-1',
        consent: { given: true, textVersion: '1', language: 'pt-BR', givenAt: at },
        vitals: { spo2Percent: 97, measuredAt: at },
        startedAt: at,
        completedAt: at,
      },
    },
    {
      kind: 'event',
      encounterId,
      participantId,
      type: 'recording.saved',
      payload: {
        id: recordingId,
        encounterId,
        participantId,
        task: 'sustained-vowel',
        startedAt: at,
        sampleRateHz: 16_000,
        sampleCount: (byteLength - 44) / 2,
        byteLength,
        sha256,
        capture: { source: 'import', sampleRateHz: 16_000, channelCount: 1 },
        quality,
      },
    },
    { kind: 'audio', encounterId, recordingId, byteLength, sha256 },
  ]
  return { encounterId, participantId, recordingId, audio: new Blob([wav]), items }
}
