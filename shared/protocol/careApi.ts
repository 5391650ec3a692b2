import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'
import { labelSchema } from './records.ts'

/** Of 100 patients of a site, how many have the condition, as its clinicians reckon; null: not said. */
export const prevalencePercentSchema = z.number().int().min(1).max(99).nullable()

/** `GET /sites`: where devices stand and participants come from. */
export const siteRowSchema = z.object({
  id: idSchema,
  name: z.string(),
  simulated: z.boolean(),
  /** Enrolled and not revoked. */
  devices: z.number().int(),
  participants: z.number().int(),
  recordings: z.number().int(),
  prevalencePercent: prevalencePercentSchema,
})
export type SiteRow = z.infer<typeof siteRowSchema>
/** `POST /sites`, `POST /sites/:id`. A name stands in tables and files that leave: nothing a spreadsheet would run. */
export const siteBodySchema = z.object({
  prevalencePercent: prevalencePercentSchema,
  name: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .regex(/^[\p{L}\p{N}][^\p{C}]*$/u, 'a name begins with a letter or a digit'),
})
export type SiteBody = z.infer<typeof siteBodySchema>

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
  /** What the room goes to besides. */
  kinds: z.array(
    z.object({
      kind: z.enum(['exports', 'models', 'features', 'reports', 'imports', 'database']),
      count: z.number().int(),
      bytes: z.number(),
    }),
  ),
  /** Of the disk that the data folder lies on. */
  disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }),
})
/** `GET|POST /backup`: the one copy that this server keeps up to date by itself; a copy elsewhere is made by command. */
export const backupStateSchema = z.object({
  folder: z.string(),
  state: z.enum(['idle', 'running', 'failed']),
  failure: z.string().nullable(),
  last: z.object({ madeAt: instantSchema, rows: z.number().int(), files: z.number().int() }).nullable(),
  /** From the audit log, the newest first. */
  made: z.array(z.object({ at: instantSchema, actor: z.string() })),
})
export type BackupState = z.infer<typeof backupStateSchema>
export type StorageFacts = z.infer<typeof storageFactsSchema>
