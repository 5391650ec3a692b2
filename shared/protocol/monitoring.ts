import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'

const shareSchema = z
  .object({ value: z.number(), low: z.number(), high: z.number(), count: z.number().int() })
  .nullable()

/** `GET /monitoring`: what one model did at one site in one week, the newest first. */
export const monitoredWeekSchema = z.object({
  modelId: idSchema,
  modelVersion: z.number().int(),
  siteId: idSchema,
  site: z.string(),
  /** Its Monday, UTC. */
  week: z.iso.date(),
  assessments: z.number().int(),
  uncertain: z.number().int(),
  /** Assessments whose probability lies in each tenth. */
  scores: z.array(z.number().int()).length(10),
  quality: z.object({ good: z.number().int(), fair: z.number().int(), unusable: z.number().int() }),
  /** With labels that are known now; 95 % intervals (Wilson 1927); null where nobody of the class is labelled. */
  agreement: z.object({ sensitivity: shareSchema, specificity: shareSchema, labelled: z.number().int() }),
  /** Empty until three days after the week's end, and where there are too few people to say. */
  drift: z.array(
    z.object({
      descriptor: z.enum(['durationMs', 'activeMs', 'rmsDbfs', 'peakDbfs', 'snrDb']),
      distance: z.number(),
      p: z.number(),
      drifted: z.boolean(),
      participants: z.number().int(),
    }),
  ),
  selfTests: z.object({ taken: z.number().int(), failed: z.number().int() }),
})
export type MonitoredWeek = z.infer<typeof monitoredWeekSchema>

/** `GET /alerts`, `POST /alerts/:id/close`. */
export const alertSchema = z.object({
  id: idSchema,
  kind: z.enum(['input-drift', 'uncertain', 'disagreement', 'self-test']),
  modelId: idSchema,
  siteId: idSchema,
  week: z.iso.date(),
  sentence: z.string(),
  raisedAt: instantSchema,
  deliveredAt: instantSchema.nullable(),
  closedAt: instantSchema.nullable(),
  closedBy: z.string().nullable(),
})
export type Alert = z.infer<typeof alertSchema>
