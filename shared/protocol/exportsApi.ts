import { z } from 'zod'
import { idSchema, instantSchema, sha256Schema } from './ids.ts'

/** What an export looks like to the tool that reads it. */
export const exportLayoutSchema = z.enum([
  'audiofolder',
  'parquet',
  'webdataset',
  'bids',
  'spira-csv',
  'redcap-csv',
  'plain',
  'json-lines',
  'features',
])
export type ExportLayout = z.infer<typeof exportLayoutSchema>

export const exportRequestSchema = z.object({
  datasetVersionId: idSchema,
  layout: exportLayoutSchema,
  /** `flac` is lossless and about half the size; layouts that hold no audio files ignore it. */
  audio: z.enum(['wav', 'flac']).default('wav'),
  /** Free-text columns that a person has read and found to identify nobody. */
  clearedText: z.array(z.enum(['label_cause'])).default([]),
})
export type ExportRequest = z.infer<typeof exportRequestSchema>

/** `GET|POST /exports`, `POST /exports/:id/cancel`; the file at `GET /exports/:id/file` (Range), its sum at `/checksum`. */
export const exportRowSchema = z.object({
  id: idSchema,
  datasetVersionId: idSchema,
  datasetName: z.string(),
  layout: exportLayoutSchema,
  /** `withdrawn`: made, and taken away since, because a participant in it has withdrawn. */
  status: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled', 'withdrawn']),
  /** 0..1. */
  progress: z.number().min(0).max(1),
  fileName: z.string(),
  byteLength: z.number().int().nullable(),
  sha256: sha256Schema.nullable(),
  failure: z.string().nullable(),
  createdBy: z.string(),
  createdAt: instantSchema,
  endedAt: instantSchema.nullable(),
})
export type ExportRow = z.infer<typeof exportRowSchema>

/** `POST /exports/dry-run`: exactly what would leave, before anything does. */
export const exportPreviewSchema = z.object({
  recordings: z.number().int(),
  participants: z.number().int(),
  /** Bytes of the audio as it is stored (WAV). */
  audioBytes: z.number().int(),
  columns: z.array(z.object({ name: z.string(), example: z.union([z.string(), z.number(), z.null()]) })),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))),
  rules: z.array(z.string()),
  withheld: z.array(z.object({ what: z.string(), count: z.number().int() })),
  /** Combinations of sex, age decade and site that fewer than `minimum` participants share. */
  smallCells: z.array(z.object({ cell: z.string(), participants: z.number().int() })),
  minimum: z.number().int(),
})
export type ExportPreview = z.infer<typeof exportPreviewSchema>
