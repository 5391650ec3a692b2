import { z } from 'zod'
import { idSchema } from './ids.ts'
import { taskSchema } from './records.ts'

/** A parameter that may be given once or often. */
const anyOf = <T extends z.ZodType>(schema: T) =>
  z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(schema).max(100).optional(),
  )
const figure = z.coerce.number().min(-1000).max(1000).optional()

/** `open`: nobody has judged it. `disputed`: two annotators say different things and nobody has decided between them. */
export const curationStateSchema = z.enum(['open', 'approved', 'rejected', 'disputed'])
export type CurationState = z.infer<typeof curationStateSchema>

/**
 * What narrows the recordings down: the same words in the page's address, in a saved filter, in the API and in the rules of a cohort.
 * Values of one name are alternatives; different names must all hold. `none` stands for what is not there.
 */
export const recordingFiltersSchema = z.object({
  search: z.string().max(40).optional(),
  site: anyOf(idSchema),
  device: anyOf(idSchema),
  task: anyOf(taskSchema),
  label: anyOf(z.enum(['present', 'absent', 'unknown', 'none'])),
  cause: anyOf(z.string().max(80)),
  quality: anyOf(z.enum(['good', 'fair', 'unusable'])),
  decision: anyOf(z.enum(['positive', 'negative', 'uncertain', 'none'])),
  curation: anyOf(curationStateSchema),
  sex: anyOf(z.enum(['female', 'male', 'other', 'unknown', 'none'])),
  ageFrom: figure,
  ageTo: figure,
  spo2From: figure,
  spo2To: figure,
  snrFrom: figure,
  snrTo: figure,
  scoreFrom: figure,
  scoreTo: figure,
  /** How far label and score are apart, 0..1. */
  disagreementFrom: figure,
  disagreementTo: figure,
  /** Days, both within. */
  dayFrom: z.iso.date().optional(),
  dayTo: z.iso.date().optional(),
})
export type RecordingFilters = z.infer<typeof recordingFiltersSchema>

export const recordingSortSchema = z.enum(['newest', 'oldest', 'score-high', 'score-low', 'disagreement', 'snr-low'])
export type RecordingSort = z.infer<typeof recordingSortSchema>

/** Filters as a query string, the same for the same filters: names in order, nothing that is empty. */
export function filterQuery(filters: Readonly<Record<string, unknown>>): URLSearchParams {
  const query = new URLSearchParams()
  for (const name of Object.keys(filters).toSorted()) {
    const value = filters[name]
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === 'number' || (typeof each === 'string' && each !== '')) query.append(name, String(each))
    }
  }
  return query
}

/** The other way: names that appear more than once become lists. */
export function filtersOfQuery(query: URLSearchParams): RecordingFilters {
  const given: Record<string, string[]> = {}
  for (const name of Object.keys(recordingFiltersSchema.shape)) {
    const values = query.getAll(name)
    if (values.length > 0) given[name] = values
  }
  const plain = Object.fromEntries(
    Object.entries(given).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  )
  // An address that somebody typed may hold what cannot be: each such name is left out, the others stand.
  const parsed = recordingFiltersSchema.safeParse(plain)
  if (parsed.success) return parsed.data
  const wrong = new Set(parsed.error.issues.map(({ path }) => String(path[0])))
  return recordingFiltersSchema.parse(Object.fromEntries(Object.entries(plain).filter(([name]) => !wrong.has(name))))
}
