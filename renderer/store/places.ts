import type { Place } from './envelope.ts'

/** The one name of each row's place: what is sealed under it opens nowhere else. */
export const encounterPlace = (id: string): Place => `encounters/${id}`
export const recordingPlace = (id: string): Place => `recordings/${id}`
export const chunkPlace = (recordingId: string, index: number): Place => `chunks/${recordingId}/${index}`
export const assessmentPlace = (id: string): Place => `assessments/${id}`
export const labelPlace = (id: string): Place => `labels/${id}`
export const typedLabelPlace = (encounterId: string): Place => `typed-labels/${encounterId}`
export const outboxPlace = (eventId: string): Place => `outbox/${eventId}`
export const participantKeyPlace = (participantId: string): Place => `participant-keys/${participantId}`
export const identityPlace = (participantId: string): Place => `identities/${participantId}`
export const settingPlace = (key: string): Place => `settings/${key}`
