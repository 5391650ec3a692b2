import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'
import { startRunBodySchema } from './consoleApi.ts'

/** What starts runs by itself: a time, so many new labels, or drift of what a model hears. */
export const newTriggerSchema = z.discriminatedUnion('kind', [
  /** Five fields, UTC: minute, hour, day, month, weekday. */
  z.object({
    kind: z.literal('schedule'),
    cron: z
      .string()
      .trim()
      .regex(/^(\S+\s+){4}\S+$/),
  }),
  z.object({ kind: z.literal('new-labels'), newLabels: z.number().int().min(1).max(1_000_000) }),
  z.object({ kind: z.literal('drift') }),
])
export type NewTrigger = z.infer<typeof newTriggerSchema>
export const runSettingsSchema = startRunBodySchema.omit({ datasetVersionId: true })
export type RunSettings = z.infer<typeof runSettingsSchema>

/** `GET|POST /run-triggers`, `DELETE /run-triggers/:id`. */
export const newTriggerBodySchema = z.object({ trigger: newTriggerSchema, settings: runSettingsSchema.prefault({}) })
export const runTriggerSchema = z.object({
  id: idSchema,
  kind: z.enum(['schedule', 'new-labels', 'drift']),
  cron: z.string().nullable(),
  newLabels: z.number().int().nullable(),
  settings: runSettingsSchema,
  createdBy: z.string(),
  lastLookedAt: instantSchema.nullable(),
  lastOutcome: z.string().nullable(),
  lastRunId: idSchema.nullable(),
})
export type RunTrigger = z.infer<typeof runTriggerSchema>

/** With how many workers it is reckoned: each is at one job at a time. */
export const dryRunBodySchema = runSettingsSchema.extend({ workers: z.number().int().min(1).max(64).default(1) })
export type DryRunSettings = z.input<typeof dryRunBodySchema>

/** `POST /training-runs/dry-run`: what a run would do now, and how long it should take; nothing is frozen or started. */
export const dryRunSchema = z.object({
  recordings: z.number().int(),
  participants: z.number().int(),
  present: z.number().int(),
  absent: z.number().int(),
  /** The name of the dataset version with exactly this content; null: one would be frozen. */
  alreadyFrozenAs: z.string().nullable(),
  /** Labels that came since the newest run began. */
  newLabels: z.number().int(),
  /** Why it would not start; null: it would. */
  refusal: z.string().nullable(),
  workers: z.number().int(),
  /** From its beginning to its end with so many workers; null: something has not been measured yet. */
  seconds: z.number().nullable(),
  stages: z.array(
    z.object({
      stage: z.string(),
      jobs: z.number().int(),
      /** Of all its jobs one after another, from the times of earlier runs; null: none has been measured yet. */
      seconds: z.number().nullable(),
    }),
  ),
})
export type DryRun = z.infer<typeof dryRunSchema>
