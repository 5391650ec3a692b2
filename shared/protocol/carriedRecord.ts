import { z } from 'zod'
import { utf8 } from './bytes.ts'
import { type DeviceEvent, deviceEventSchema, MAX_EVENTS_PER_BATCH } from './events.ts'
import { idSchema, sha256Schema } from './ids.ts'
import { signedReceiptSchema } from './receipt.ts'

const audioSchema = z.object({ recordingId: idSchema, sha256: sha256Schema, byteLength: z.number().int().positive() })
const eventsSchema = z.array(deviceEventSchema).min(1).max(MAX_EVENTS_PER_BATCH)
const endSchema = z.object({ events: z.number().int().nonnegative(), audios: z.number().int().nonnegative() })

/** Longest piece of audio in one record. */
export const CARRIED_PIECE_BYTES = 256 * 1024

/**
 * What a carried file holds, in this order: events in the device's order, in batches as `POST /events` takes them; then each WAV as
 * one `audio` record and its pieces until `byteLength`; then the counts.
 */
export type CarriedRecord =
  | { readonly kind: 'events'; readonly events: readonly DeviceEvent[] }
  | ({ readonly kind: 'audio' } & z.infer<typeof audioSchema>)
  | { readonly kind: 'piece'; readonly bytes: Uint8Array<ArrayBuffer> }
  | ({ readonly kind: 'end' } & z.infer<typeof endSchema>)

/** First byte of a record; JSON in UTF-8 follows, or the piece itself. */
const KINDS = { events: 1, audio: 2, piece: 3, end: 4 } as const

export function encodeRecord(record: CarriedRecord): Uint8Array<ArrayBuffer> {
  const content = contentOf(record)
  const bytes = new Uint8Array(1 + content.byteLength)
  bytes[0] = KINDS[record.kind]
  bytes.set(content, 1)
  return bytes
}

function contentOf(record: CarriedRecord): Uint8Array {
  if (record.kind === 'piece') return record.bytes
  if (record.kind === 'events') return utf8(JSON.stringify(record.events))
  const { kind: _, ...rest } = record
  return utf8(JSON.stringify(rest))
}

/** @returns null for what is no record of this version. */
export function decodeRecord(bytes: Uint8Array<ArrayBuffer>): CarriedRecord | null {
  const content = bytes.subarray(1)
  try {
    switch (bytes[0]) {
      case KINDS.events:
        return { kind: 'events', events: eventsSchema.parse(jsonOf(content)) }
      case KINDS.audio:
        return { kind: 'audio', ...audioSchema.parse(jsonOf(content)) }
      case KINDS.piece:
        return content.byteLength > CARRIED_PIECE_BYTES ? null : { kind: 'piece', bytes: content }
      case KINDS.end:
        return { kind: 'end', ...endSchema.parse(jsonOf(content)) }
      default:
        return null
    }
  } catch {
    return null
  }
}

const jsonOf = (content: Uint8Array<ArrayBuffer>): unknown => JSON.parse(new TextDecoder().decode(content))

/**
 * What the server gives back for a carried file, as JSON: its receipts, which the device believes by the pinned key as any other, and
 * what it refused. It names ids and hashes alone. Without it the device learns the same at its next contact, by sending again.
 */
export const carriedReceiptsSchema = z.object({
  kind: z.literal('spira-receipts'),
  version: z.literal(1),
  receipts: z.array(signedReceiptSchema),
  rejected: z.array(z.object({ id: idSchema, code: z.string(), message: z.string() })),
})
export type CarriedReceipts = z.infer<typeof carriedReceiptsSchema>

/** `POST /carried-files` of the console, the file as the body: what was filed; `receipts` is for the device. */
export const carriedImportSchema = z.object({
  deviceId: idSchema,
  madeAt: z.string(),
  events: z.number().int(),
  audios: z.number().int(),
  receipts: carriedReceiptsSchema,
})
