import { z } from 'zod'
import { sha256Schema } from '@spira/shared/protocol/ids.ts'
import { importFailureSchema, importFormatSchema } from '@spira/shared/protocol/importsApi.ts'
import { qualityReportSchema } from '@spira/shared/protocol/quality.ts'

/** What is known of a decoded file; its sound lies beside it as the WAV the product keeps. */
export const stagedAudioSchema = z.object({
  format: importFormatSchema,
  sampleRateHz: z.number().int(),
  channelCount: z.number().int(),
  sampleCount: z.number().int().positive(),
  byteLength: z.number().int().positive(),
  hash: sha256Schema,
  /** The same sound judged as what each kind of task wants to hear. */
  quality: z.object({ speech: qualityReportSchema, vowel: qualityReportSchema, room: qualityReportSchema }),
})
export type StagedAudio = z.infer<typeof stagedAudioSchema>

/** Between the server and the process that decodes. */
export const decodeOrderSchema = z.object({ order: z.number().int(), source: z.string(), target: z.string() })
export type DecodeOrder = z.infer<typeof decodeOrderSchema>
export const decodeReplySchema = z.object({
  order: z.number().int(),
  result: z.union([z.object({ audio: stagedAudioSchema }), z.object({ failure: importFailureSchema })]),
})
