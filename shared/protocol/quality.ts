import { z } from 'zod'

/** Why a recording is doubtful or refused. The sentence a person reads is in the languages, keyed by this code. */
export const qualityCodeSchema = z.enum([
  'too-short',
  'too-long',
  'silent',
  'too-far',
  'too-quiet',
  'noisy',
  'clipped',
  'little-speech',
  'voices-in-room',
  'second-voice',
  'music',
  'hum',
  'narrow-band',
  'dropped-samples',
  'processed-by-browser',
  'interrupted',
])
export type QualityCode = z.infer<typeof qualityCodeSchema>

export const qualityFindingSchema = z.object({
  code: qualityCodeSchema,
  /** `refusal`: no score is given. `warning`: the score stands, the doubt is shown beside it. */
  severity: z.enum(['warning', 'refusal']),
  /** Of `too-short`: how long it should have been. */
  leastMs: z.number().positive().optional(),
})

/** Why a clinician kept a take that is refused a score. */
export const keptBecauseSchema = z.enum([
  'patient-cannot-repeat',
  'patient-left',
  'room-stays-so',
  'needed-for-research',
])
export type KeptBecause = z.infer<typeof keptBecauseSchema>

export const qualityReportSchema = z.object({
  durationMs: z.number().nonnegative(),
  peakDbfs: z.number().max(0).nullable(),
  rmsDbfs: z.number().max(0).nullable(),
  clippedShare: z.number().min(0).max(1),
  /** Time louder than the room, with some voice in it. */
  activeMs: z.number().nonnegative(),
  /** Time in which a speech detector (Silero VAD) heard speech; absent where it did not run. */
  speechMs: z.number().nonnegative().optional(),
  snrDb: z.number().nullable(),
  /** What the voice was compared with: the encounter's own recording of the ward, or the pauses of this take. */
  snrFrom: z.enum(['ambient-take', 'pauses']).optional(),
  /** Blocks the audio system dropped: told by its time stamps, or runs of exact zeros inside sound that it put in their place. */
  droppedMs: z.number().nonnegative(),
  droppedBlocks: z.number().int().nonnegative().optional(),
  /** Suspicions, each a share of the time with sound: tones that stand still (music, alarms), two pitches at once. */
  steadyToneShare: z.number().min(0).max(1).optional(),
  secondVoiceShare: z.number().min(0).max(1).optional(),
  /** Mains hum in the quietest moments; null or absent where there is none. */
  humDbfs: z.number().nullable().optional(),
  /** Power above 4.4 kHz against that below 3.3 kHz: what a codec of the system cut off. */
  highBandDb: z.number().nullable().optional(),
  findings: z.array(qualityFindingSchema),
  verdict: z.enum(['good', 'fair', 'unusable']),
  /** Set by the clinician on an unusable take that is kept all the same. It still gets no score. */
  keptBecause: keptBecauseSchema.optional(),
})
export type QualityReport = z.infer<typeof qualityReportSchema>
export type QualityFinding = z.infer<typeof qualityFindingSchema>
