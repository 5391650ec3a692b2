import { z } from 'zod'
import { deviceEventSchema, MAX_EVENTS_PER_BATCH } from './events.ts'
import { idSchema, instantSchema, sha256Schema } from './ids.ts'
import { signedReceiptSchema } from './receipt.ts'
import { signedRevocationSchema } from './revocation.ts'

/** The device API, one object a route: `path`, `body` and `reply` are used by the server's routes and by every client. */
export const DEVICE_API = '/api/device/v1'

/** Public half of an Ed25519 key as a JWK (RFC 8037). */
export const publicKeySchema = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.base64url() })
export type PublicKeyJwk = z.infer<typeof publicKeySchema>

/** The key of the server that carried files (carriedFile.ts) are sealed for: ECDH on P-256, as a JWK. `keyId`: its RFC 7638 thumbprint. */
export const carriedFileKeySchema = z.object({
  keyId: sha256Schema,
  publicKey: z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.base64url(), y: z.base64url() }),
})
export type CarriedFileKey = z.infer<typeof carriedFileKeySchema>

/** `GET /api/health`: also how a device tells the server from a captive portal. */
export const healthSchema = z.object({
  service: z.literal('spira-training-server'),
  serverId: idSchema,
  version: z.string(),
  protocolVersions: z.array(z.number().int()),
  time: instantSchema,
  /** Names the network the caller comes from, without its address; absent from an older server. */
  network: z.string().max(64).optional(),
})
export type Health = z.infer<typeof healthSchema>

export const enrolBodySchema = z.object({
  /** One-time code from the administrator: eight characters of Crockford base 32, shown as XXXX-XXXX. */
  code: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/),
  publicKey: publicKeySchema,
  deviceName: z.string().trim().min(1).max(60),
  appVersion: z.string().max(40),
})
export const enrolReplySchema = z.object({
  deviceId: idSchema,
  site: z.object({ id: idSchema, name: z.string() }),
  serverId: idSchema,
  /** Pinned: receipts must be signed with it. */
  receiptKey: z.object({ keyId: sha256Schema, publicKey: publicKeySchema }),
  /** Pinned: carried files are sealed for it. Absent from a server that reads none. */
  carriedFileKey: carriedFileKeySchema.optional(),
  /** Pinned: the signed TUF root metadata, version 1 or later, as its exact JSON text. */
  tufRoot: z.string(),
})
export type Enrolment = z.infer<typeof enrolReplySchema>

/**
 * `POST /enrol`: the same code with the same key again answers with the same device, while the code has not expired: a reply may be lost.
 *
 * `POST /challenge` then `POST /token`: the device signs `spira-device-token:<deviceId>:<challenge>` with its key.
 */
export const challengeBodySchema = z.object({ deviceId: idSchema })
export const challengeReplySchema = z.object({ challenge: z.string().min(20), expiresAt: instantSchema })
export const tokenBodySchema = z.object({ deviceId: idSchema, challenge: z.string(), signature: z.base64() })
export const tokenReplySchema = z.object({ token: z.string().min(20), expiresAt: instantSchema })
export const tokenMessage = (deviceId: string, challenge: string): string =>
  `spira-device-token:${deviceId}:${challenge}`

/** `POST /events`: idempotent by event id. A rejected event names its reason and never blocks the others. */
export const eventsBodySchema = z.object({
  protocolVersion: z.number().int(),
  sentAt: instantSchema,
  events: z.array(deviceEventSchema).min(1).max(MAX_EVENTS_PER_BATCH),
})
export const eventsReplySchema = z.object({
  receipt: signedReceiptSchema,
  rejected: z.array(z.object({ id: idSchema, code: z.string(), message: z.string() })),
})

/** `GET /changes?cursor=`: what the device is to learn, signed; see changes.ts. */

/**
 * Audio: tus 1.0 at `/uploads` (metadata `recordingId`, `sha256`), then `POST /recordings/:recordingId/finalise`, which
 * checks length and hash, fsyncs, files once and answers with the receipt. Calling it again answers with the same receipt.
 *
 * A PATCH with `RECEIPT_HEADER: wanted` does the same when the last byte has come: its answer carries the receipt (receiptHeader.ts) or is
 * the refusal. Whoever did not hear that answer asks as above.
 */
export const finaliseBodySchema = z.object({ uploadId: z.string().min(1).max(200), sha256: sha256Schema })
export const finaliseReplySchema = z.object({ receipt: signedReceiptSchema })

/** `GET /clinical-protocol`: the newest one published. Read loosely: a device that cannot read it keeps the one it has. */
export const clinicalProtocolReplySchema = z.looseObject({ version: z.number().int() })

/** Every refusal of the API. `code` is stable, `message` is for a person, `kept` says what was not lost. */
export const apiErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  kept: z.string().optional(),
  /** With `device_revoked`, to the device itself. */
  revocation: signedRevocationSchema.optional(),
})
export type ApiError = z.infer<typeof apiErrorSchema>

/** TUF repository: metadata at `/tuf/metadata/<n>.root.json`, `/tuf/metadata/timestamp.json` …, files at `/tuf/targets/<path>`. */
export const tufMetadataPath = `${DEVICE_API}/tuf/metadata`
export const tufTargetsPath = `${DEVICE_API}/tuf/targets`
