import { z } from 'zod'
import { idSchema, instantSchema, sha256Schema } from './ids.ts'
import { qualityReportSchema } from './quality.ts'
import { curationStateSchema, recordingFiltersSchema, recordingSortSchema } from './recordingFilters.ts'
import { assessmentSchema, labelSchema, taskSchema, vitalsSchema } from './records.ts'

/** One line of the explorer. */
export const recordingRowSchema = z.object({
  id: idSchema,
  encounterId: idSchema,
  participantCode: z.string(),
  sex: z.string().nullable(),
  ageYears: z.number().int().nullable(),
  siteName: z.string(),
  deviceName: z.string(),
  simulated: z.boolean(),
  task: taskSchema,
  startedAt: instantSchema,
  durationMs: z.number(),
  /** Whether the audio is here. */
  filed: z.boolean(),
  quality: z.enum(['good', 'fair', 'unusable']),
  snrDb: z.number().nullable(),
  spo2: z.number().nullable(),
  label: labelSchema.shape.value.nullable(),
  cause: z.string().nullable(),
  /** The latest assessment by a device. */
  score: z
    .object({
      probability: z.number(),
      decision: assessmentSchema.shape.decision,
      modelVersion: z.number().int(),
      threshold: z.number(),
    })
    .nullable(),
  /** How far score and label are apart, 0..1; null where one of them is missing. */
  disagreement: z.number().nullable(),
  curation: curationStateSchema,
  annotators: z.number().int(),
})
export type RecordingRow = z.infer<typeof recordingRowSchema>

const cursorSchema = z.string().max(200)

/** `GET /recordings`: one page by cursor; the order is total, so no row comes twice and none is left out. */
export const recordingsQuerySchema = recordingFiltersSchema.extend({
  sort: recordingSortSchema.default('newest'),
  cursor: cursorSchema.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export const recordingsReplySchema = z.object({
  items: z.array(recordingRowSchema),
  nextCursor: cursorSchema.nullable(),
  total: z.number().int(),
})

/** Rows between two places. */
export const PLACE_ROWS = 100
/**
 * `GET /recordings/places`: the cursors after every 100th row, so that a reader can go to any part of 100,000 rows at once and still
 * read by cursor. `cursors[k]` opens rows 100 (k + 1) and on.
 */
export const placesQuerySchema = recordingFiltersSchema.extend({ sort: recordingSortSchema.default('newest') })
export const placesReplySchema = z.object({ total: z.number().int(), cursors: z.array(cursorSchema) })

export const FACETS = ['site', 'task', 'label', 'cause', 'quality', 'decision', 'curation', 'sex', 'device'] as const
export type Facet = (typeof FACETS)[number]
/** The strips: what is counted in bins from `from` in steps of `step`; what lies outside is in the first and last bin. */
export const HISTOGRAMS = {
  age: { from: 0, step: 5, bins: 20 },
  spo2: { from: 70, step: 2, bins: 15 },
  snr: { from: 0, step: 3, bins: 20 },
  score: { from: 0, step: 0.05, bins: 20 },
  disagreement: { from: 0, step: 0.05, bins: 20 },
} as const
export type HistogramName = keyof typeof HISTOGRAMS

const histogramSchema = z.object({ counts: z.array(z.number().int()), missing: z.number().int() })
const facetValueSchema = z.object({ value: z.string(), name: z.string().nullable(), count: z.number().int() })
export type FacetValue = z.infer<typeof facetValueSchema>
/** `GET /recordings/facets`: how many each value would leave, all other filters holding. */
export const facetsReplySchema = z.object({
  total: z.number().int(),
  facets: z.record(z.enum(FACETS), z.array(facetValueSchema)),
  /** How many values each facet has beyond those: `GET /recordings/facets/:facet` finds them. */
  more: z.record(z.enum(FACETS), z.number().int()),
  histograms: z.record(z.enum(['age', 'spo2', 'snr', 'score', 'disagreement']), histogramSchema),
})
export type FacetsReply = z.infer<typeof facetsReplySchema>

/** `GET /recordings/facets/:facet`: the values that contain `containing`, whatever the case, and how many are beyond those sent. */
export const facetValuesQuerySchema = recordingFiltersSchema.extend({ containing: z.string().max(80).default('') })
export const facetValuesReplySchema = z.object({ values: z.array(facetValueSchema), more: z.number().int() })
export type FacetValues = z.infer<typeof facetValuesReplySchema>

/** `GET /recordings/:id`: all that is known of one; audio at `/recordings/:id/audio` (Range honoured). */
export const recordingDetailSchema = recordingRowSchema.extend({
  sha256: sha256Schema,
  filedAt: instantSchema.nullable(),
  qualityReport: qualityReportSchema,
  labels: z.array(labelSchema.omit({ encounterId: true })),
  assessments: z.array(assessmentSchema.omit({ recordingId: true })),
  /** How many encounters the participant has. */
  encounterCount: z.number().int(),
  /** The newest of them, the newest first. */
  encounters: z.array(
    z.object({
      id: idSchema,
      startedAt: instantSchema,
      vitals: vitalsSchema,
      label: labelSchema.shape.value.nullable(),
      recordings: z.array(
        z.object({ id: idSchema, task: taskSchema, quality: z.string(), probability: z.number().nullable() }),
      ),
    }),
  ),
})
export type RecordingDetail = z.infer<typeof recordingDetailSchema>

/** `GET|POST /saved-filters`, `DELETE /saved-filters/:id`: one's own. `query` is the address' query string. */
export const saveFilterBodySchema = z.object({ name: z.string().trim().min(1).max(60), query: z.string().max(2000) })
export const savedFilterSchema = saveFilterBodySchema.extend({ id: idSchema, createdAt: instantSchema })
export type SavedFilter = z.infer<typeof savedFilterSchema>
