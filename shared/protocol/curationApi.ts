import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'

/** A stretch of a recording that an annotator marked, milliseconds from its start. */
export const curationSegmentSchema = z
  .object({
    fromMs: z.number().int().nonnegative(),
    toMs: z.number().int().positive(),
    kind: z.enum(['usable', 'noise', 'other-voice']),
  })
  .refine(({ fromMs, toMs }) => toMs > fromMs, 'a segment ends after it begins')
export type CurationSegment = z.infer<typeof curationSegmentSchema>

/** Why a recording is not to be used. */
export const rejectionReasonSchema = z.enum(['noise', 'second-voice', 'wrong-task', 'too-short', 'technical', 'other'])
export type RejectionReason = z.infer<typeof rejectionReasonSchema>

/** `POST /recordings/:id/curations`: one judgement; a later one of the same person takes its place. */
export const curationBodySchema = z
  .object({
    id: idSchema,
    verdict: z.enum(['approved', 'rejected']),
    reason: rejectionReasonSchema.optional(),
    noiseRating: z.number().int().min(1).max(5).optional(),
    secondVoice: z.boolean().optional(),
    segments: z.array(curationSegmentSchema).max(50).default([]),
    /** What is said. Never a name: it is free text, and is not exported. */
    transcription: z.string().trim().max(4000).optional(),
    /** Decides between annotators who disagree. */
    adjudication: z.boolean().default(false),
  })
  .refine(({ verdict, reason }) => verdict === 'approved' || reason !== undefined, {
    path: ['reason'],
    message: 'a rejection has a reason',
  })
export type CurationBody = z.infer<typeof curationBodySchema>

export const curationSchema = z.object({
  id: idSchema,
  annotator: z.string(),
  verdict: z.enum(['approved', 'rejected']),
  reason: z.string().nullable(),
  noiseRating: z.number().int().nullable(),
  secondVoice: z.boolean().nullable(),
  segments: z.array(curationSegmentSchema),
  transcription: z.string().nullable(),
  adjudication: z.boolean(),
  madeAt: instantSchema,
})
export type Curation = z.infer<typeof curationSchema>

/** In which order recordings come to an annotator. */
export const queueOrderSchema = z.enum(['random', 'uncertain', 'disagreement'])
export type QueueOrder = z.infer<typeof queueOrderSchema>

/** So many put aside are remembered: they travel in the address. */
export const MOST_SKIPPED = 100

/** `GET /curation/next`: the recording to judge next; null when nothing waits. */
export const queueQuerySchema = z.object({
  order: queueOrderSchema.default('random'),
  /** `adjudicate`: those that two annotators judged differently. */
  work: z.enum(['annotate', 'adjudicate']).default('annotate'),
  /** How many people should judge each. */
  annotators: z.coerce.number().int().min(1).max(5).default(2),
  /** What was put aside comes after all else, in the order in which it was put aside. */
  skip: z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(idSchema).max(MOST_SKIPPED).optional(),
  ),
})
export const queueReplySchema = z.object({ recordingId: idSchema.nullable(), waiting: z.number().int() })

/** `GET /curation/agreement` */
export const agreementSchema = z.object({
  annotators: z.array(
    z.object({
      annotator: z.string(),
      recordings: z.number().int(),
      approved: z.number().int(),
      rejected: z.number().int(),
      lastAt: instantSchema,
    }),
  ),
  states: z.object({
    open: z.number().int(),
    approved: z.number().int(),
    rejected: z.number().int(),
    disputed: z.number().int(),
  }),
  /** Recordings judged by two people at least. */
  judgedTwice: z.number().int(),
  /** Of each pair that judged the same recordings (Cohen 1960). Null: all the same verdict, so that chance explains everything. */
  pairs: z.array(
    z.object({ a: z.string(), b: z.string(), recordings: z.number().int(), kappa: z.number().nullable() }),
  ),
  /** Over all annotators (Krippendorff 2011): of the verdicts nominal, of the noise ratings ordinal. */
  alphaVerdict: z.number().nullable(),
  alphaNoise: z.number().nullable(),
})
export type Agreement = z.infer<typeof agreementSchema>
