import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'

/** The stages of a training run that are jobs. Approval and release follow them, when a person decides. */
export const stageSchema = z.enum(['freeze', 'features', 'folds', 'train', 'evaluate', 'gate', 'candidate'])
export type Stage = z.infer<typeof stageSchema>

/** `failed`: for good; it lies in the list of dead letters until a person tries it again. */
export const stageStateSchema = z.enum(['waiting', 'queued', 'running', 'done', 'failed', 'cancelled'])
export type StageState = z.infer<typeof stageStateSchema>

export const stageResourcesSchema = z.object({
  /** Wall clock of the attempt that finished it. */
  seconds: z.number(),
  cpuSeconds: z.number(),
  maxRssMb: z.number(),
  /** Host and process that did it, and the version of the code. */
  worker: z.string(),
  codeVersion: z.string(),
})
export type StageResources = z.infer<typeof stageResourcesSchema>

export const epochSchema = z.object({ epoch: z.number().int(), trainLoss: z.number(), validationLoss: z.number() })

/** One job of a run, as `GET /training-runs/:id/stages` lists it. */
export const runStageRowSchema = z.object({
  id: idSchema,
  runId: idSchema,
  stage: stageSchema,
  shard: z.string(),
  state: stageStateSchema,
  /** How often a worker has taken it, and how often it failed by itself. */
  attempts: z.number().int(),
  failures: z.number().int(),
  progress: z.number(),
  /** SHA-256 of all that decides its result, and of the result; null before. */
  inputHash: z.string().nullable(),
  outputHash: z.string().nullable(),
  failure: z.string().nullable(),
  logTail: z.string(),
  resources: stageResourcesSchema.nullable(),
  /** Losses by epoch, of a stage that trains a model. */
  epochs: z.array(epochSchema),
  startedAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
})
export type RunStageRow = z.infer<typeof runStageRowSchema>
