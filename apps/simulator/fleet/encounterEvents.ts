import type { DeviceEvent } from '@spira/shared/protocol/events.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { QualityReport } from '@spira/shared/protocol/quality.ts'
import type { Recording } from '@spira/shared/protocol/records.ts'
import type { SimulatedRecording } from '../voice/simulateSpeaker.ts'

export interface SimulatedEncounter {
  readonly siteId: string
  readonly participantCode: string
  /** Epoch milliseconds; recording and label follow within minutes. */
  readonly startedAtMs: number
  readonly simulated: SimulatedRecording
  readonly audio: Pick<Recording, 'sampleCount' | 'byteLength' | 'sha256'>
  readonly quality: QualityReport
}

export const EVENTS_PER_ENCOUNTER = 4

/** The events of one encounter in the device's order, numbered from `firstSequence`. */
export function encounterEvents(
  encounter: SimulatedEncounter,
  firstSequence: number,
): { recordingId: string; events: DeviceEvent[] } {
  const { siteId, participantCode, simulated, audio, quality } = encounter
  const at = (minutes: number): string => new Date(encounter.startedAtMs + minutes * 60_000).toISOString()
  const [participantId, encounterId, recordingId] = [newId(), newId(), newId()]
  const operatorCode = 'simulator'
  const event = (offset: number, minutes: number) => ({
    id: newId(),
    sequence: firstSequence + offset,
    occurredAt: at(minutes),
  })
  return {
    recordingId,
    events: [
      {
        ...event(0, 0),
        type: 'participant.registered',
        payload: { id: participantId, siteId, code: participantCode, ...simulated.participant, registeredAt: at(0) },
      },
      {
        ...event(1, 3),
        type: 'encounter.completed',
        payload: {
          id: encounterId,
          participantId,
          siteId,
          operatorCode,
          consent: { given: true, textVersion: 'simulated-1', language: 'pt-BR', givenAt: at(0) },
          vitals: { ...simulated.vitals, measuredAt: at(1) },
          startedAt: at(0),
          completedAt: at(3),
        },
      },
      {
        ...event(2, 3),
        type: 'recording.saved',
        payload: {
          id: recordingId,
          encounterId,
          participantId,
          task: 'read-sentence',
          startedAt: at(2),
          sampleRateHz: 16_000,
          ...audio,
          capture: { source: 'import', sampleRateHz: 16_000, channelCount: 1 },
          quality,
        },
      },
      {
        ...event(3, 4),
        type: 'label.given',
        payload: {
          id: newId(),
          encounterId,
          value: simulated.truth.condition,
          establishedBy: 'simulated',
          givenBy: operatorCode,
          givenAt: at(4),
        },
      },
    ],
  }
}
