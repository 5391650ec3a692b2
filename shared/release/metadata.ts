import { z } from 'zod'
import { utf8 } from '../protocol/bytes.ts'
import type { Json } from '../protocol/canonicalJson.ts'
import { idSchema, instantSchema, sha256Schema } from '../protocol/ids.ts'
import { ReleaseError } from './errors.ts'
import { olpcJson } from './olpcJson.ts'

/** TUF metadata (specification 1.0.33, section 4) as far as this product uses it: four top-level roles, no delegations. */

export const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const
export type Role = (typeof ROLES)[number]

const version = z.number().int().positive()
const length = z.number().int().nonnegative()
/** Other hash algorithms may stand beside it; SHA-256 is the one that is checked, so it must be there. */
const hashes = z.object({ sha256: sha256Schema })
const common = {
  spec_version: z.string().regex(/^1(\.\d+){1,2}$/, 'unsupported specification version'),
  version,
  expires: instantSchema,
}

const metaFileSchema = z.object({ version, length: length.optional(), hashes: hashes.optional() })
export type MetaFile = z.infer<typeof metaFileSchema>

/** Keys of a type or scheme we do not know are kept and count for nothing. */
const keySchema = z.object({ keytype: z.string(), scheme: z.string(), keyval: z.object({ public: z.string() }) })
export type Key = z.infer<typeof keySchema>

const roleSchema = z.object({
  keyids: z.array(z.string()).refine((ids) => new Set(ids).size === ids.length, 'a key id stands twice'),
  threshold: z.number().int().positive(),
})

export const rootSchema = z.object({
  _type: z.literal('root'),
  ...common,
  /** Always: a client that also reads inconsistent repositories has twice the ways to be misled. */
  consistent_snapshot: z.literal(true),
  keys: z.record(z.string(), keySchema),
  roles: z.object({ root: roleSchema, timestamp: roleSchema, snapshot: roleSchema, targets: roleSchema }),
})
export type Root = z.infer<typeof rootSchema>

export const timestampSchema = z.object({
  _type: z.literal('timestamp'),
  ...common,
  meta: z.object({ 'snapshot.json': metaFileSchema }),
})
export type Timestamp = z.infer<typeof timestampSchema>

/**
 * Who takes a release, and when: signed by the online snapshot role, so that a rollout is begun, paused and taken back without the
 * keys that say which models may run at all (the targets role, which may be offline). TUF lets a file carry fields of one's own.
 */
export const rolloutSchema = z.object({
  sequence: z.number().int().positive(),
  modelId: idSchema,
  /** `shadow`: it scores silently beside the active model. */
  mode: z.enum(['active', 'shadow']),
  /** `held`: who has it keeps it, nobody else takes it. `withdrawn`: who has it goes back. */
  state: z.enum(['offered', 'held', 'withdrawn']),
  /** Of the devices, how many in a thousand. Signed JSON has no fractions. */
  sharePermille: z.number().int().min(0).max(1000),
  /** Null: every site. Otherwise devices of these sites, and these devices. */
  audience: z.object({ siteIds: z.array(idSchema), deviceIds: z.array(idSchema) }).nullable(),
})
export type Rollout = z.infer<typeof rolloutSchema>
export const ROLLOUTS = 'x-spira-rollouts'

export const snapshotSchema = z.object({
  _type: z.literal('snapshot'),
  ...common,
  meta: z.record(z.string(), metaFileSchema),
  /** Absent: every release is for every device. */
  [ROLLOUTS]: z.array(rolloutSchema).optional(),
})
export type Snapshot = z.infer<typeof snapshotSchema>

/** What the manifest's target says of its release, so that a device knows what it is offered before it downloads. */
export const releaseCustomSchema = z.object({
  /** Grows with each release of the repository; the highest in the device's channel is the one to take. */
  sequence: z.number().int().positive(),
  modelId: idSchema,
  version: z.number().int().nonnegative(),
  channel: z.enum(['stable']),
})
export type ReleaseCustom = z.infer<typeof releaseCustomSchema>

const targetSchema = z.object({ length, hashes, custom: z.unknown().optional() })

export const targetsSchema = z.object({
  _type: z.literal('targets'),
  ...common,
  targets: z.record(z.string(), targetSchema),
})
export type Targets = z.infer<typeof targetsSchema>

export interface Metadata<Signed> {
  readonly signed: Signed
  /** What the signatures are over: the canonical form of `signed` as it came, with the fields we do not know. */
  readonly signedBytes: Uint8Array<ArrayBuffer>
  /** Hexadecimal signature by key id. */
  readonly signatures: ReadonlyMap<string, string>
  /** The file's exact text. */
  readonly text: string
}

const envelopeSchema = z.object({
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
  signed: z.record(z.string(), z.unknown()),
})

/** Reads one metadata file. Nothing of the result may be used before its signatures are verified. */
export function parseMetadata<Schema extends z.ZodType>(
  role: Role,
  schema: Schema,
  bytes: Uint8Array<ArrayBuffer>,
): Metadata<z.infer<Schema>> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const json: unknown = JSON.parse(text)
    const { signatures } = envelopeSchema.parse(json)
    const raw = (json as { signed: Json }).signed
    const byKey = new Map(signatures.map(({ keyid, sig }) => [keyid, sig]))
    if (byKey.size !== signatures.length) throw new Error('a key id signs twice')
    return { signed: schema.parse(raw), signedBytes: utf8(olpcJson(raw)), signatures: byKey, text }
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    throw new ReleaseError('metadata_invalid', { role, detail }, { cause: error })
  }
}
