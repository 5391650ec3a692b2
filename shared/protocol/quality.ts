import { z } from 'zod'

/** Why a recording is doubtful or refused. The sentence a person reads is in the languages, keyed by this code. */
export const qualityCodeSchema = z.enum([
  'too-short',
  'silent',
  'too-quiet',
  'clipped',
  'little-speech',
  'dropped-samples',
  'processed-by-browser',
  'interrupted',
])
export type QualityCode = z.infer<typeof qualityCodeSchema>

export const qualityFindingSchema = z.object({
  code: qualityCodeSchema,
  /** `refusal`: no score is given. `warning`: the score stands, the doubt is shown beside it. */
  severity: z.enum(['warning', 'refusal']),
})

export const qualityReportSchema = z.object({
  durationMs: z.number().nonnegative(),
  peakDbfs: z.number().max(0).nullable(),
  rmsDbfs: z.number().max(0).nullable(),
  clippedShare: z.number().min(0).max(1),
  activeMs: z.number().nonnegative(),
  snrDb: z.number().nullable(),
  /** Runs of exact zeros inside sound: blocks the audio system dropped and filled (measured in Chromium's AudioWorklet). */
  droppedMs: z.number().nonnegative(),
  findings: z.array(qualityFindingSchema),
  verdict: z.enum(['good', 'fair', 'unusable']),
})
export type QualityReport = z.infer<typeof qualityReportSchema>
export type QualityFinding = z.infer<typeof qualityFindingSchema>
