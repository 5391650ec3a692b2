import { z } from 'zod'
import { idSchema } from './ids.ts'
import { recordingFiltersSchema } from './recordingFilters.ts'
import { taskSchema } from './records.ts'

/** One rule: what matches the filters stays (`include`) or goes (`exclude`). */
export const cohortRuleSchema = z.object({ mode: z.enum(['include', 'exclude']), filters: recordingFiltersSchema })
export type CohortRule = z.infer<typeof cohortRuleSchema>

export const confounderSchema = z.enum(['age', 'sex', 'site', 'device', 'noise'])
export type Confounder = z.infer<typeof confounderSchema>

/** Each participant of the smaller class gets one of the other who is alike: the same in `exact`, no further apart than the rest says. */
export const matchingSchema = z.object({
  exact: z.array(z.enum(['sex', 'site', 'device'])).default([]),
  ageYears: z.number().min(0).max(40).optional(),
  noiseDb: z.number().min(0).max(40).optional(),
})
export type Matching = z.infer<typeof matchingSchema>

/** `POST /cohorts/preview`, and part of `POST /dataset-versions`: what is usable, then rule after rule, then matching. */
export const cohortSchema = z.object({
  rules: z.array(cohortRuleSchema).max(30).default([]),
  matching: matchingSchema.optional(),
})
export type Cohort = z.infer<typeof cohortSchema>

/** What everything starts with: a recording that cannot be used is in no cohort. */
export const BASE_STEPS = ['not-filed', 'no-speech', 'not-labelled', 'unusable', 'rejected'] as const

const countSchema = z.object({ recordings: z.number().int(), participants: z.number().int() })
const classesSchema = z.object({ present: countSchema, absent: countSchema })

export const confounderRowSchema = z.object({
  name: confounderSchema,
  /** Mean and standard deviation, or the shares of the values; of participants. */
  present: z.union([
    z.object({ mean: z.number().nullable(), sd: z.number().nullable() }),
    z.object({ shares: z.array(z.object({ value: z.string(), share: z.number() })) }),
  ]),
  absent: z.union([
    z.object({ mean: z.number().nullable(), sd: z.number().nullable() }),
    z.object({ shares: z.array(z.object({ value: z.string(), share: z.number() })) }),
  ]),
  /** Standardised difference between the classes; null where it has no number (nothing known, or entirely apart). */
  difference: z.number().nullable(),
  /** How well this variable alone tells the class: area under the ROC curve, 0.5 to 1, with its 95 % interval. */
  auc: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
  verdict: z.enum(['balanced', 'unbalanced', 'tells-class']),
})
export type ConfounderRow = z.infer<typeof confounderRowSchema>

export const cohortPreviewSchema = z.object({
  total: countSchema,
  /** After each step, what it took and what is left: the base steps, the rules in their order, then matching. */
  steps: z.array(
    z.object({
      step: z.union([z.enum(BASE_STEPS), z.literal('matching'), z.number().int()]),
      removed: countSchema,
      left: countSchema,
    }),
  ),
  classes: classesSchema,
  confounders: z.array(confounderRowSchema),
  /** Before matching, where there is matching. */
  before: z.array(confounderRowSchema).nullable(),
})
export type CohortPreview = z.infer<typeof cohortPreviewSchema>

/** `GET /dataset-versions/:id/diff/:other`: from the one to the other, in numbers. */
export const datasetDiffSchema = z.object({
  added: countSchema,
  /** In the first and not in the other, of participants who are still here. */
  removed: countSchema,
  /** In both, with another label. */
  relabelled: z.number().int(),
  /** In both, with other metadata. */
  changed: z.number().int(),
  unchanged: z.number().int(),
  /** Recordings of the first that are gone because their participant has withdrawn; how many these were is not kept. */
  withdrawn: z.number().int(),
})
export type DatasetDiff = z.infer<typeof datasetDiffSchema>

/** `GET /dataset-versions/:id/diff/:other/recordings`: each recording that differs, page by page. */
export const diffRecordingSchema = z.object({
  recordingId: idSchema,
  change: z.enum(['added', 'removed', 'withdrawn', 'relabelled', 'changed']),
  /** Null: it is gone with its participant. */
  task: taskSchema.nullable(),
  /** What is another in the two versions, by name. */
  fields: z.array(z.string()),
})
export type DiffRecording = z.infer<typeof diffRecordingSchema>
