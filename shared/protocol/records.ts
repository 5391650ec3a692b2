import { z } from 'zod'
import { answersSchema } from './answers.ts'
import { idSchema, instantSchema, sha256Schema } from './ids.ts'
import { qualityReportSchema } from './quality.ts'

/** The version of this file's shapes. A device and a server that differ say so in a sentence instead of guessing. */
export const PROTOCOL_VERSION = 1

export const participantSchema = z.object({
  id: idSchema,
  siteId: idSchema,
  /** Pseudonym shown on every step, for example `P-7F3K2`. Never a name, initials or a record number. */
  code: z.string().regex(/^P-[0-9A-HJKMNP-TV-Z]{5}$/, 'a pseudonym looks like P-7F3K2'),
  sex: z.enum(['female', 'male', 'other', 'unknown']).optional(),
  ageYears: z.number().int().min(0).max(120).optional(),
  registeredAt: instantSchema,
})
export type Participant = z.infer<typeof participantSchema>

/**
 * What came to be known of a participant after they were registered: the whole of it, so that the one filed last counts. Appended, never
 * changed; pseudonym and site stay as they were registered.
 */
export const participantCorrectionSchema = participantSchema.pick({ sex: true, ageYears: true }).extend({
  id: idSchema,
  participantId: idSchema,
  correctedAt: instantSchema,
})
export type ParticipantCorrection = z.infer<typeof participantCorrectionSchema>

/** Possible ranges refuse what cannot be; plausible ranges (see `vitalsPlausible`) only ask again. */
export const vitalsSchema = z.object({
  spo2Percent: z.number().min(30).max(100).optional(),
  heartRatePerMin: z.number().int().min(20).max(300).optional(),
  respiratoryRatePerMin: z.number().int().min(3).max(90).optional(),
  measuredAt: instantSchema,
})
export type Vitals = z.infer<typeof vitalsSchema>

export const vitalsPlausible = {
  spo2Percent: { min: 80, max: 100, unit: '%' },
  heartRatePerMin: { min: 40, max: 180, unit: '/min' },
  respiratoryRatePerMin: { min: 8, max: 40, unit: '/min' },
} as const

export const consentSchema = z.object({
  given: z.literal(true),
  textVersion: z.string().min(1).max(40),
  language: z.enum(['pt-BR', 'en', 'es']),
  givenAt: instantSchema,
})
export type Consent = z.infer<typeof consentSchema>

export const encounterSchema = z.object({
  id: idSchema,
  participantId: idSchema,
  siteId: idSchema,
  /** Who examined: a code of the staff member, never of the patient. */
  operatorCode: z.string().trim().min(1).max(40),
  consent: consentSchema,
  vitals: vitalsSchema,
  /** Version of the clinical protocol it was filled in with, and what it says under that version; absent before there was one. */
  protocolVersion: z.number().int().positive().optional(),
  answers: answersSchema.optional(),
  startedAt: instantSchema,
  completedAt: instantSchema,
})
export type Encounter = z.infer<typeof encounterSchema>

export const taskSchema = z.enum([
  'ambient-noise',
  'sustained-vowel',
  'read-sentence',
  'nursery-rhyme',
  'spoken-consent',
  'free-speech',
])
export type Task = z.infer<typeof taskSchema>

/** What the browser says about the track it gave us, stored with the recording: processing that is on destroys the signal. */
export const captureSchema = z.object({
  source: z.enum(['track-processor', 'audio-worklet', 'import']),
  sampleRateHz: z.number().positive(),
  channelCount: z.number().int().positive(),
  echoCancellation: z.boolean().optional(),
  noiseSuppression: z.boolean().optional(),
  autoGainControl: z.boolean().optional(),
  /** Apple's and Chromium's "voice isolation" of the operating system. */
  voiceIsolation: z.boolean().optional(),
  /** What the device itself is said to run at, where that differs from what was delivered: the system resampled. */
  deviceSampleRateHz: z.number().positive().optional(),
  /** The rates it changed to during the take, in order: the system put another device under the track. */
  changedSampleRatesHz: z.array(z.number().positive()).optional(),
  sampleSizeBits: z.number().int().positive().optional(),
  latencyMs: z.number().nonnegative().optional(),
})
export type Capture = z.infer<typeof captureSchema>

/** A saved take. The audio travels apart (tus) as one WAV: PCM16, mono, 16 kHz, 44-byte header; `sha256` is of those bytes. */
export const recordingSchema = z.object({
  id: idSchema,
  encounterId: idSchema,
  participantId: idSchema,
  task: taskSchema,
  startedAt: instantSchema,
  sampleRateHz: z.literal(16_000),
  sampleCount: z.number().int().positive(),
  byteLength: z.number().int().positive(),
  sha256: sha256Schema,
  capture: captureSchema,
  quality: qualityReportSchema,
})
export type Recording = z.infer<typeof recordingSchema>

/** One reading of one recording by one model version. A later model adds another; none is overwritten. */
export const assessmentSchema = z.object({
  id: idSchema,
  recordingId: idSchema,
  model: z.object({ id: idSchema, version: z.number().int().nonnegative(), sha256: sha256Schema }),
  featureSpecHash: sha256Schema,
  runtime: z.object({ provider: z.enum(['wasm', 'webgpu', 'node']), threads: z.number().int().positive() }),
  threshold: z.number().min(0).max(1),
  /** Around the threshold, where the decision is withheld; absent from those made before it was kept. */
  uncertain: z.object({ from: z.number().min(0).max(1), to: z.number().min(0).max(1) }).optional(),
  /** Length of each of `windows`; absent as above. */
  windowSeconds: z.number().positive().optional(),
  /** Mean of the window scores, after calibration. */
  probability: z.number().min(0).max(1),
  /** 95 % interval of `probability`, from how much the windows of this recording disagree; absent where there are too few to tell. */
  interval: z.object({ low: z.number().min(0).max(1), high: z.number().min(0).max(1) }).optional(),
  /** How unlike the model's training data the recording is (see shared/model/familiarity.ts); absent where the model cannot tell. */
  familiarity: z.object({ distance: z.number().nonnegative(), limit: z.number().positive() }).optional(),
  windows: z.array(z.object({ startMs: z.number().nonnegative(), probability: z.number().min(0).max(1) })).min(1),
  decision: z.enum(['positive', 'negative', 'uncertain']),
  qualityVerdict: z.enum(['good', 'fair']),
  intendedUse: z.enum(['not-a-diagnosis', 'simulated-not-for-clinical-use']),
  madeAt: instantSchema,
})
export type Assessment = z.infer<typeof assessmentSchema>

export const establishedBySchema = z.enum(['spo2', 'blood-gas', 'clinical', 'imaging', 'simulated'])

/** Append-only; the latest by event order counts, the earlier stay visible. */
export const labelSchema = z.object({
  id: idSchema,
  encounterId: idSchema,
  value: z.enum(['present', 'absent', 'unknown']),
  cause: z.string().trim().max(80).optional(),
  /** What is not known was established by nothing. */
  establishedBy: establishedBySchema.optional(),
  /** The day it was established, where that is not the day it was given. */
  establishedOn: z.iso.date().optional(),
  givenBy: z.string().trim().min(1).max(40),
  givenAt: instantSchema,
})
export type Label = z.infer<typeof labelSchema>
