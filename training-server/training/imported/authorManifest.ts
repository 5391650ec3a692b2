import { z } from 'zod'
import { featureSpecSchema } from '@spira/shared/signal/featureSpec.ts'

/** What the author of a network that was trained elsewhere says of it; everything else is measured here. */
export const authorManifestSchema = z.strictObject({
  schema: z.literal(1),
  network: z.string().min(1).max(60),
  features: featureSpecSchema,
  /** Scores are given to windows of this length, started this far apart; features of each window are computed on its own. */
  window: z.strictObject({ seconds: z.number().positive().max(30), hopSeconds: z.number().positive().max(30) }),
  /** Names in the ONNX graph: input [batch, frames, bins] float32, output one logit a window, float32. */
  input: z.strictObject({ name: z.string().min(1) }),
  output: z.strictObject({ name: z.string().min(1) }),
  trainedOn: z.strictObject({
    participants: z.int().positive(),
    recordings: z.int().positive(),
    simulated: z.boolean(),
    /** Of the dataset it is tested on here: whoever it has learned from is not tested on. Empty only when there is nobody. */
    participantIds: z.array(z.string()),
  }),
})
export type AuthorManifest = z.infer<typeof authorManifestSchema>
