import { z } from 'zod'
import type { Role } from './consoleApi.ts'
import type { RecordingFilters, RecordingSort } from './recordingFilters.ts'
import {
  type Facet,
  FACETS,
  type FacetsReply,
  facetsReplySchema,
  HISTOGRAMS,
  type HistogramName,
  type RecordingDetail,
  recordingDetailSchema,
  type RecordingRow,
  recordingRowSchema,
  recordingsReplySchema,
} from './recordingsApi.ts'

/**
 * An annotator judges by ear. Whatever says how others judged a recording is not sent to one, neither as a value nor as something to
 * filter, count or sort by: the ward's label and its cause, the SpO2 and other vitals that labels are given by, the model's score, what
 * other annotators said. What is seen is listed, so that what is added later is not.
 */
export const judgesByEar = (role: Role | undefined): boolean => role === 'annotator'

const SEEN_FACETS = ['site', 'task', 'quality', 'sex', 'device'] as const satisfies readonly Facet[]
const SEEN_STRIPS = ['age', 'snr'] as const satisfies readonly HistogramName[]
export const SEEN_SORTS = ['newest', 'oldest', 'snr-low'] as const satisfies readonly RecordingSort[]

const isSeen = (seen: readonly string[], name: string): boolean => seen.includes(name)
const UNSEEN_FILTERS: ReadonlySet<string> = new Set([
  ...FACETS.filter((facet) => !isSeen(SEEN_FACETS, facet)),
  ...Object.keys(HISTOGRAMS).flatMap((strip) => (isSeen(SEEN_STRIPS, strip) ? [] : [`${strip}From`, `${strip}To`])),
])
export const isUnseenFilter = (name: string): boolean => UNSEEN_FILTERS.has(name)
export const isUnseenSort = (sort: RecordingSort): boolean => !isSeen(SEEN_SORTS, sort)
export const isUnseenStrip = (strip: HistogramName): boolean => !isSeen(SEEN_STRIPS, strip)

/** What of some filters an annotator may ask for. */
export const seenFilters = (filters: RecordingFilters): RecordingFilters =>
  Object.fromEntries(Object.entries(filters).filter(([name]) => !isUnseenFilter(name)))

const seenColumns = {
  id: true,
  encounterId: true,
  participantCode: true,
  sex: true,
  ageYears: true,
  siteName: true,
  deviceName: true,
  simulated: true,
  task: true,
  startedAt: true,
  durationMs: true,
  filed: true,
  quality: true,
  snrDb: true,
} as const
const annotatorRowSchema = recordingRowSchema.pick(seenColumns)
const annotatorDetailSchema = recordingDetailSchema.pick({
  ...seenColumns,
  sha256: true,
  filedAt: true,
  qualityReport: true,
})
const { total, facets, more, histograms } = facetsReplySchema.shape
const annotatorFacetsSchema = z.object({
  total,
  facets: z.record(z.enum(SEEN_FACETS), facets.valueType),
  more: z.record(z.enum(SEEN_FACETS), more.valueType),
  histograms: z.record(z.enum(SEEN_STRIPS), histograms.valueType),
})

/** What each route answers: to an annotator the second, which takes nothing else, so that no other answer passes for it. */
export const shownRecordingsSchema = z.union([
  recordingsReplySchema,
  recordingsReplySchema.extend({ items: z.array(annotatorRowSchema.strict()) }),
])
export const shownDetailSchema = z.union([recordingDetailSchema, annotatorDetailSchema.strict()])
export const shownFacetsSchema = z.union([facetsReplySchema, annotatorFacetsSchema.strict()])
export type ShownRow = RecordingRow | z.infer<typeof annotatorRowSchema>
export type ShownDetail = z.infer<typeof shownDetailSchema>
export type ShownFacets = z.infer<typeof shownFacetsSchema>

/** What is left of each for an annotator. */
export const annotatorRow = (row: RecordingRow) => annotatorRowSchema.parse(row)
export const annotatorDetail = (detail: RecordingDetail) => annotatorDetailSchema.parse(detail)
export const annotatorFacets = (reply: FacetsReply): z.infer<typeof annotatorFacetsSchema> => ({
  total: reply.total,
  facets: only(SEEN_FACETS, reply.facets),
  more: only(SEEN_FACETS, reply.more),
  histograms: only(SEEN_STRIPS, reply.histograms),
})

const only = <Name extends string, Value>(names: readonly Name[], of: Readonly<Record<Name, Value>>) =>
  Object.fromEntries(names.map((name) => [name, of[name]])) as Record<Name, Value>
