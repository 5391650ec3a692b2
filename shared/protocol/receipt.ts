import { z } from 'zod'
import { idSchema, instantSchema, sha256Schema } from './ids.ts'

/**
 * The server's signed word that it holds something on disk: for events the SHA-256 of their canonical JSON, for a
 * recording the SHA-256 of the WAV. The only thing that makes an item "synced" on the device (promise 2): a 200 from a
 * captive portal carries no signature of the server's receipt key, which the device pinned when it enrolled.
 */
export const receiptSchema = z.object({
  receiptId: idSchema,
  serverId: idSchema,
  deviceId: idSchema,
  kind: z.enum(['events', 'recording']),
  items: z.array(
    z.object({
      id: idSchema,
      sha256: sha256Schema,
      /** The participant has withdrawn: nothing of it is held, it need not be sent again, and the device erases it. */
      withdrawn: z.literal(true).optional(),
    }),
  ),
  issuedAt: instantSchema,
})
export type Receipt = z.infer<typeof receiptSchema>

/** `signature`: base64 Ed25519 over the UTF-8 canonical JSON of `receipt`. */
export const signedReceiptSchema = z.object({
  receipt: receiptSchema,
  keyId: sha256Schema,
  signature: z.base64(),
})
export type SignedReceipt = z.infer<typeof signedReceiptSchema>
