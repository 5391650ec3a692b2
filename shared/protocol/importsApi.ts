import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'
import { establishedBySchema, labelSchema, taskSchema } from './records.ts'

/** What is taken in one import. */
export const IMPORT_LIMITS = {
  /** Bytes of one file. */
  fileBytes: 128 * 1024 ** 2,
  /** Of all files of an import. */
  totalBytes: 20 * 1024 ** 3,
  files: 10_000,
  listBytes: 4 * 1024 ** 2,
  /** Of one recording; an encoded file may claim any length. */
  audioMs: 10 * 60_000,
  pathLength: 300,
} as const

/** Why a file's audio cannot be had. */
export const importFailureSchema = z.enum([
  'unknown-format',
  'damaged',
  'too-long',
  'empty',
  'unusual-rate',
  'took-too-long',
])
export type ImportFailure = z.infer<typeof importFailureSchema>

export const importFormatSchema = z.enum(['wav', 'flac', 'mp3', 'ogg-vorbis', 'ogg-opus', 'ogg-flac'])

/** A file that lies ready. `path` is only a name: it says nothing about where the file is kept. */
export const importFileSchema = z.object({
  path: z.string(),
  byteLength: z.number().int(),
  audio: z
    .object({
      format: importFormatSchema,
      sampleRateHz: z.number().int(),
      channelCount: z.number().int(),
      durationMs: z.number(),
    })
    .nullable(),
  failure: importFailureSchema.nullable(),
})

export const importStatusSchema = z.enum(['staged', 'filed', 'undone'])
/** `GET /imports`, `POST /imports`. */
export const importRowSchema = z.object({
  id: idSchema,
  name: z.string(),
  status: importStatusSchema,
  recordings: z.number().int().nullable(),
  participants: z.number().int().nullable(),
  createdBy: z.string(),
  createdAt: instantSchema,
  filedAt: instantSchema.nullable(),
})
export type ImportRow = z.infer<typeof importRowSchema>
export const createImportBodySchema = z.object({ name: z.string().trim().min(1).max(80) })

const columnSchema = z.string().max(200)
/** What the words of a column mean, as pairs: what is not named is an error of its row. */
const meaningsOf = <T extends z.ZodType>(meaning: T) =>
  z.array(z.object({ word: z.string().max(200), meaning })).max(500)

/** Which column says what. `POST /imports/:id/check` and `POST /imports/:id/file`. */
export const importMappingSchema = z.object({
  file: columnSchema,
  participant: columnSchema,
  /** The column with the names of sites, or one site for all. Sites that are not there are made. */
  site: z.union([z.object({ column: columnSchema }), z.object({ name: z.string().trim().min(1).max(80) })]),
  /** Of sites that are made: nobody's voice is in it. */
  simulated: z.boolean(),
  task: z.union([z.object({ column: columnSchema, meanings: meaningsOf(taskSchema) }), z.object({ task: taskSchema })]),
  label: z
    .object({
      column: columnSchema,
      meanings: meaningsOf(labelSchema.shape.value),
      establishedBy: establishedBySchema,
    })
    .nullable(),
  age: columnSchema.nullable(),
  sex: columnSchema.nullable(),
  spo2: columnSchema.nullable(),
  /** Day or instant, ISO 8601. */
  recordedAt: columnSchema.nullable(),
  /** Under which consent or approval the recordings were made: kept as the consent's text version. */
  consent: z.string().trim().min(1).max(40),
})
export type ImportMapping = z.infer<typeof importMappingSchema>

export const importIssueSchema = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.enum([
    'file-missing',
    'file-unreadable',
    'file-repeated',
    'participant-empty',
    'participant-contradicts',
    'participant-withdrawn',
    'site-invalid',
    'task-unknown',
    'label-unknown',
    'label-contradicts',
    'age-invalid',
    'sex-unknown',
    'spo2-invalid',
    'date-invalid',
    'audio-repeated',
    'audio-filed',
    'quality-unusable',
  ]),
  /** The word or the reason it is about. */
  value: z.string().nullable(),
})
export type ImportIssue = z.infer<typeof importIssueSchema>

export const importReportSchema = z.object({
  rows: z.number().int(),
  participants: z.number().int(),
  sites: z.array(z.string()),
  errors: z.number().int(),
  warnings: z.number().int(),
  /** Rows with something to say. */
  flawedRows: z.number().int(),
  /** The first 500 of them, counted from 1, the heading not among them; `POST /imports/:id/report` has all, as CSV. */
  findings: z.array(z.object({ row: z.number().int(), file: z.string(), issues: z.array(importIssueSchema) })),
  /** Files that no row names: they are left out. */
  unused: z.number().int(),
})
export type ImportReport = z.infer<typeof importReportSchema>

/** `GET /imports/:id`: what lies ready, the columns of its list with some of their words, and a first guess of the mapping. */
export const importDetailSchema = importRowSchema.extend({
  files: z.array(importFileSchema),
  hasList: z.boolean(),
  rows: z.number().int(),
  columns: z.array(z.object({ name: z.string(), words: z.array(z.string()), more: z.boolean() })),
  guess: importMappingSchema.partial(),
})
export type ImportDetail = z.infer<typeof importDetailSchema>

/** `POST /imports/:id/files?path=…` with the file as octets; a `.csv` becomes the import's list. */
export const importFileQuerySchema = z.object({ path: z.string().min(1).max(IMPORT_LIMITS.pathLength) })
