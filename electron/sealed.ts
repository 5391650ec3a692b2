import { z } from 'zod'

/** An id as its author made it (UUIDv7, lower case): safe as a file's name on every file system. */
export const idSchema = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)

const TAG_BYTES = 16

/** AES-GCM ciphertext with its nonce; the shell never holds what is inside in clear. */
export const sealedOf = (maxBytes: number) =>
  z.strictObject({
    iv: z.instanceof(Uint8Array<ArrayBuffer>).refine(({ byteLength }) => byteLength === 12),
    data: z.instanceof(ArrayBuffer).refine(({ byteLength }) => byteLength >= TAG_BYTES && byteLength <= maxBytes),
  })

/** A row: a few kilobytes, with room to grow. */
export const sealedSchema = sealedOf(256 * 1024)
/** A chunk: at most one second of PCM16 at 16 kHz. */
export const sealedChunkSchema = sealedOf(32_000 + TAG_BYTES)
