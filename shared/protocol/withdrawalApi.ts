import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'
import { participantSchema } from './records.ts'

/** `GET|POST /withdrawals`: the console's half of a withdrawal. What is listed holds no identity. */
export const withdrawBodySchema = z.intersection(
  z.union([
    z.object({ participantId: idSchema }),
    /** The pseudonym, as the participant's paper has it, and the site that gave it. */
    z.object({ siteId: idSchema, code: participantSchema.shape.code }),
  ]),
  /** Code of the staff member to whom the participant said it. */
  z.object({ recordedBy: z.string().trim().min(1).max(40) }),
)
export const withdrawalRowSchema = z.object({
  id: idSchema,
  siteName: z.string(),
  origin: z.enum(['device', 'console', 'retention']),
  withdrawnAt: instantSchema,
  receivedAt: instantSchema,
  /** Devices of the site that are not revoked, and those of them that have carried it out. */
  devices: z.number().int(),
  devicesDone: z.number().int(),
  /** Dataset versions and models that it touched. */
  datasetVersions: z.number().int(),
  models: z.number().int(),
})
export type WithdrawalRow = z.infer<typeof withdrawalRowSchema>

/** `GET /dataset-versions/:id/withdrawn`: what whoever holds a copy of an exported version must delete from it. */
export const withdrawnItemsSchema = z.object({
  datasetVersionId: idSchema,
  /** Null while nobody of this version has withdrawn. */
  withdrawnAt: instantSchema.nullable(),
  /** The version without them; null when nothing would be left. */
  successorId: idSchema.nullable(),
  /** `exportKey` is the recording's name in every export of this version. */
  recordings: z.array(z.object({ recordingId: idSchema, exportKey: z.string(), withdrawnAt: instantSchema })),
  /** Every time the version was exported while it still contained them. */
  exports: z.array(z.object({ at: instantSchema, by: z.string() })),
})

/** `GET /model-withdrawals`, `POST /model-withdrawals/:id/decision`: a model learned from somebody who has withdrawn since. */
export const modelWithdrawalSchema = z.object({
  id: idSchema,
  modelId: idSchema,
  modelVersion: z.number().int(),
  withdrawalId: idSchema,
  flaggedAt: instantSchema,
  /** Null: a person has yet to decide. */
  decision: z.enum(['keep', 'retrain', 'retire']).nullable(),
  reason: z.string().nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: instantSchema.nullable(),
})
export type ModelWithdrawal = z.infer<typeof modelWithdrawalSchema>
export const modelDecisionBodySchema = z.object({
  decision: z.enum(['keep', 'retrain', 'retire']),
  reason: z.string().trim().min(3).max(1000),
})

/** `GET /retention-rules`, `POST /retention-rules`: a participant all of whose encounters have run out is erased by itself. */
export const retentionRuleSchema = z.object({
  id: idSchema,
  /** Null: of every site. The shortest rule that fits an encounter counts for it. */
  siteId: idSchema.nullable(),
  /** Version of the protocol (consent text) it is limited to; null: any. */
  protocol: z.string().nullable(),
  /** Days from when the server received an encounter. */
  keepDays: z.number().int().positive(),
  setBy: z.string(),
  setAt: instantSchema,
})
export const retentionRuleBodySchema = z.object({
  siteId: idSchema.nullable().default(null),
  protocol: z.string().trim().min(1).max(40).nullable().default(null),
  /** Null takes the rule away. */
  keepDays: z.number().int().min(1).max(36_500).nullable(),
})
