import { z } from 'zod'
import { idSchema, instantSchema, sha256Schema } from '../protocol/ids.ts'
import { featureSpecSchema } from '../signal/featureSpec.ts'
import { isotonicSchema } from './calibration.ts'

export const MODEL_LIMITS = {
  /** A model file past this is refused before it is read (promise 5). */
  maxOnnxBytes: 32 * 1024 * 1024,
  maxManifestBytes: 256 * 1024,
  maxGoldenBytes: 4 * 1024 * 1024,
} as const

const fileSchema = z.object({ sha256: sha256Schema, byteLength: z.number().int().positive() })

/** All that travels with an ONNX file and says what it is, how to feed it, how to read it and where it came from. */
export const modelManifestSchema = z.object({
  schema: z.literal(1),
  modelId: idSchema,
  /** Grows by one with each release of a registry; 0 is the model bundled with the app. */
  version: z.number().int().nonnegative(),
  network: z.string().min(1).max(60),
  features: featureSpecSchema,
  featureSpecHash: sha256Schema,
  /** Scores are given to windows of this length, started this far apart; features of each window are computed on its own. */
  window: z.object({ seconds: z.number().positive(), hopSeconds: z.number().positive() }),
  /** Input [batch, frames, bins] float32, output [batch] logits float32. */
  input: z.object({ name: z.string(), frames: z.number().int().positive(), bins: z.number().int().positive() }),
  output: z.object({ name: z.string() }),
  opset: z.number().int(),
  onnx: fileSchema,
  golden: fileSchema,
  /** A window's score is sigmoid(logit / temperature); a recording's probability is the mean over its windows, through `isotonic`. */
  temperature: z.number().positive(),
  isotonic: isotonicSchema.optional(),
  threshold: z.number().min(0).max(1),
  /** Scores inside are "uncertain: record again or decide clinically". Contains the threshold. */
  uncertain: z.object({ from: z.number().min(0).max(1), to: z.number().min(0).max(1) }),
  /**
   * What the recordings it learned from sound like on the whole (see familiarity.ts): a recording farther away than `limit` is read as
   * uncertain. Absent in models made before it was kept: then likeness is not checked, and the result says so.
   */
  familiarity: z
    .object({
      mean: z.array(z.number()).min(2),
      deviation: z.array(z.number().positive()).min(2),
      limit: z.number().positive(),
    })
    .optional(),
  trainedOn: z.object({
    datasetVersionId: idSchema.nullable(),
    datasetHash: sha256Schema,
    participants: z.number().int(),
    recordings: z.number().int(),
    /** All data simulated: the app says "simulated data: not for clinical use" with every score. */
    simulated: z.boolean(),
  }),
  training: z.object({
    runId: idSchema,
    seed: z.number().int(),
    configurationHash: sha256Schema,
    codeVersion: z.string(),
    machine: z.string(),
  }),
  /** From the evaluation on held-out participants, each with the bounds of its bootstrap 95 % interval. */
  metrics: z.record(z.string(), z.object({ value: z.number(), low: z.number(), high: z.number() })),
  intendedUse: z.enum(['not-a-diagnosis', 'simulated-not-for-clinical-use']),
  createdAt: instantSchema,
})
export type ModelManifest = z.infer<typeof modelManifestSchema>

/**
 * Golden vectors: what the training side computed for a known sound, so that a device can prove on its own hardware that it
 * computes the same before the model is activated (promise 4).
 */
export const goldenSchema = z.object({
  schema: z.literal(1),
  /** base64 of little-endian PCM16, 16 kHz mono, at least one window long: a simulated voice. */
  pcm16: z.base64(),
  /** Features of the first window: base64 of little-endian float32 [frames, bins], by the training server's runtime. */
  features: z.base64(),
  /** One logit a window, by onnxruntime-node. */
  logits: z.array(z.number()).min(1),
  tolerance: z.object({
    /** Largest absolute difference of a feature value. */
    features: z.number().positive(),
    /** Largest absolute difference of a logit. */
    logits: z.number().positive(),
  }),
})
export type Golden = z.infer<typeof goldenSchema>
