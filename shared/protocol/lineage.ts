import { z } from 'zod'
import { modelStatusSchema } from './consoleApi.ts'
import { idSchema, sha256Schema } from './ids.ts'

/** What a recording was to a model: learned from, used to choose epoch and threshold, or tested on. Null: not known. */
const partSchema = z.enum(['train', 'validation', 'test']).nullable()

/** `GET /model-versions/:modelId/lineage`. */
export const modelLineageSchema = z.object({
  modelId: idSchema,
  version: z.number().int(),
  status: modelStatusSchema,
  onnxSha256: sha256Schema,
  runId: idSchema,
  startedBy: z.string(),
  datasetVersionId: idSchema,
  datasetName: z.string(),
  contentHash: sha256Schema,
  configuration: z.record(z.string(), z.unknown()),
  configurationHash: z.string(),
  featureSpecHash: z.string(),
  seed: z.number().int(),
  codeVersion: z.string(),
  machine: z.string(),
  stages: z.array(
    z.object({
      stage: z.string(),
      shard: z.string(),
      inputHash: z.string().nullable(),
      outputHash: z.string().nullable(),
    }),
  ),
  recordings: z.array(
    z.object({
      recordingId: idSchema,
      participantId: idSchema,
      siteId: idSchema,
      label: z.number().int(),
      sha256: sha256Schema,
      part: partSchema,
    }),
  ),
})
export type ModelLineage = z.infer<typeof modelLineageSchema>

/** `GET /recordings/:id/lineage`. */
export const recordingLineageSchema = z.object({
  recordingId: idSchema,
  datasets: z.array(z.object({ id: idSchema, name: z.string(), contentHash: sha256Schema, label: z.number().int() })),
  models: z.array(
    z.object({
      runId: idSchema,
      runStatus: z.string(),
      datasetVersionId: idSchema,
      modelId: idSchema.nullable(),
      version: z.number().int().nullable(),
      modelStatus: modelStatusSchema.nullable(),
      part: partSchema,
    }),
  ),
})
export type RecordingLineage = z.infer<typeof recordingLineageSchema>
