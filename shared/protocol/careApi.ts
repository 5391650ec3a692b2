import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'
import { labelSchema } from './records.ts'

/** `GET /sites`: where devices stand and participants come from. */
export const siteRowSchema = z.object({ id: idSchema, name: z.string(), simulated: z.boolean() })

/** `GET /label-conflicts`: encounters whose labels say different things. All of them are kept; the last in the server's order counts. */
export const labelConflictSchema = z.object({
  encounterId: idSchema,
  participantCode: z.string(),
  siteName: z.string(),
  /** In the server's order, whatever the clocks of the devices said. */
  labels: z.array(
    z.object({
      position: z.number().int(),
      value: labelSchema.shape.value,
      cause: z.string().nullable(),
      givenBy: z.string(),
      givenAt: instantSchema,
      /** Null: at the console. */
      deviceName: z.string().nullable(),
    }),
  ),
})
export type LabelConflict = z.infer<typeof labelConflictSchema>

/** `GET /storage`: what lies on the server, and what of it nobody needs. */
export const storageFactsSchema = z.object({
  recordings: z.object({ count: z.number().int(), bytes: z.number() }),
  /** Announced by a device, not here yet. */
  awaited: z.object({ count: z.number().int(), bytes: z.number() }),
  /** Stored files that nothing refers to; they go a week after they were found. */
  orphans: z.object({ count: z.number().int(), foundAt: instantSchema.nullable() }),
})
export type StorageFacts = z.infer<typeof storageFactsSchema>
