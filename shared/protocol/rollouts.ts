import { z } from 'zod'
import { idSchema, instantSchema } from './ids.ts'

/** How releases reach the devices: the console's side of training-server/releases/rollouts. */

/** One step of a rollout: this share of the devices, for at least this long before the next. */
export const rolloutStageSchema = z.object({
  sharePermille: z.number().int().min(1).max(1000),
  /** Hours to watch before the next stage; of the last stage, before the model is champion. */
  soakHours: z.number().min(0).max(720),
})
export type RolloutStage = z.infer<typeof rolloutStageSchema>

/** What who approves asks for; left out, every device takes the release at once, and it is watched for a day. */
export const rolloutRequestSchema = z.object({
  mode: z.enum(['active', 'shadow']).default('active'),
  /** Null: every site. */
  channelId: idSchema.nullable().default(null),
  stages: z
    .array(rolloutStageSchema)
    .min(1)
    .max(10)
    .refine(
      (stages) => stages.every(({ sharePermille }, at) => sharePermille > (stages[at - 1]?.sharePermille ?? 0)),
      'each stage takes more devices than the one before',
    )
    .default([{ sharePermille: 1000, soakHours: 24 }]),
  failureLimitPermille: z.number().int().min(0).max(1000).default(100),
})
export type RolloutRequest = z.infer<typeof rolloutRequestSchema>

/** `GET /rollouts`, `POST /rollouts/:id/pause|resume|withdraw|advance|promote`: that one, as it is then. */
export const rolloutSchema = z.object({
  id: idSchema,
  sequence: z.number().int(),
  modelId: idSchema,
  modelVersion: z.number().int(),
  mode: z.enum(['active', 'shadow']),
  state: z.enum(['awaiting-signature', 'running', 'paused', 'completed', 'withdrawn']),
  channel: z.object({ id: idSchema, name: z.string() }).nullable(),
  stages: z.array(rolloutStageSchema),
  stage: z.number().int(),
  stageSince: instantSchema.nullable(),
  /** When the next stage may begin by itself; null while it does not run or there is none. */
  nextAt: instantSchema.nullable(),
  failureLimitPermille: z.number().int(),
  reason: z.string().nullable(),
  startedBy: z.string(),
  createdAt: instantSchema,
  endedAt: instantSchema.nullable(),
  devices: z.object({
    /** Enrolled, not revoked, of the audience. */
    audience: z.number().int(),
    /** Of these, the ones the present stage is for. */
    takers: z.number().int(),
    activated: z.number().int(),
    failed: z.number().int(),
    /** Went back from it, for whatever reason. */
    returned: z.number().int(),
    shadowing: z.number().int(),
  }),
  failures: z.array(z.object({ reason: z.string(), devices: z.number().int() })),
  /** Of a release in shadow: on how many recordings it decided as the champion did. */
  agreement: z
    .object({ recordings: z.number().int(), same: z.number().int(), low: z.number(), high: z.number() })
    .nullable(),
})
export type Rollout = z.infer<typeof rolloutSchema>

export const reasonBodySchema = z.object({ reason: z.string().trim().min(3).max(1000) })

/** `GET|POST /channels`, `PUT /channels/:id`: a part of the fleet, every device of its sites and devices of others by name. */
export const channelSchema = z.object({
  id: idSchema,
  name: z.string(),
  siteIds: z.array(idSchema),
  deviceIds: z.array(idSchema),
})
export type Channel = z.infer<typeof channelSchema>
export const channelBodySchema = channelSchema.omit({ id: true }).extend({ name: z.string().trim().min(1).max(60) })

/** `GET /release-keys`: what signs each role, until when, and what waits for a signature. */
export const releaseKeysSchema = z.object({
  roles: z.array(
    z.object({
      role: z.enum(['root', 'targets', 'snapshot', 'timestamp']),
      place: z.enum(['online', 'offline']),
      keys: z.number().int(),
      threshold: z.number().int(),
      version: z.number().int(),
      expires: instantSchema,
      /** Less than half of its life is left and nobody here can renew it. */
      due: z.boolean(),
    }),
  ),
  waiting: z.array(
    z.object({
      id: idSchema,
      role: z.string(),
      version: z.number().int(),
      reason: z.string(),
      createdAt: instantSchema,
    }),
  ),
})
export type ReleaseKeys = z.infer<typeof releaseKeysSchema>
