import { z } from 'zod'
import { idSchema, instantSchema, sha256Schema } from './ids.ts'

/** What an export looks like to the tool that reads it. */
export const exportLayoutSchema = z.enum([
  'audiofolder',
  'parquet',
  'parquet-files',
  'webdataset',
  'bids',
  'spira-csv',
  'redcap-csv',
  'plain',
  'json-lines',
  'features',
  'features-parquet',
])
export type ExportLayout = z.infer<typeof exportLayoutSchema>

export const exportRequestSchema = z.object({
  datasetVersionId: idSchema,
  layout: exportLayoutSchema,
  /** `flac` is lossless and about half the size; layouts without sound ignore it. */
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

const cellSchema = z.union([z.string(), z.number(), z.null()])

/** `POST /exports/dry-run`: exactly what would leave, before anything does. */
export const exportPreviewSchema = z.object({
  recordings: z.number().int(),
  participants: z.number().int(),
  /**
   * Bytes of what is not the table: the sound, of which FLAC takes as much at most as is said, or, in a layout without sound, the MFCC
   * (of Parquet about so much).
   */
  size: z.object({
    of: z.enum(['wav', 'flac', 'mfcc']),
    bytes: z.number().int(),
    measure: z.enum(['exact', 'at-most', 'about']),
  }),
  /** The table as the layout writes it: its columns, how many rows it has, and the first of them. */
  columns: z.array(z.string()),
  tableRows: z.number().int(),
  rows: z.array(z.record(z.string(), cellSchema)),
  rules: z.array(z.string()),
  /** What the version holds and stays here: recordings that never leave, and recordings whose free text does not. */
  withheld: z.object({ neverExported: z.number().int(), freeText: z.number().int() }),
  /** Combinations of sex, age decade and site that fewer than `minimum` participants share. */
  smallCells: z.array(z.object({ cell: z.string(), participants: z.number().int() })),
  minimum: z.number().int(),
})
export type ExportPreview = z.infer<typeof exportPreviewSchema>
