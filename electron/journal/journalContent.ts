import type { JournalChunk, JournalHeader } from '@spira/renderer/shell/bridge.ts'
import { z } from 'zod'
import { idSchema, sealedSchema } from '../sealed.ts'

/** As it is written: the header as JSON with its ciphertext in base64, a chunk as index, nonce and ciphertext. */

type Sealed = JournalChunk['sealed']
const NONCE_BYTES = 12

const base64 = (bytes: Uint8Array | ArrayBuffer): string =>
  Buffer.from(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes).toString('base64')

const sealedText = z
  .strictObject({ iv: z.base64(), data: z.base64() })
  .transform(({ iv, data }): Sealed => ({ iv: bytesOf(iv), data: bytesOf(data).buffer }))
  .pipe(sealedSchema)

const headerSchema = z.strictObject({
  recordingId: idSchema,
  startedAt: z.int().nonnegative(),
  recording: sealedText,
  participantKey: sealedText.optional(),
  encounter: z.strictObject({
    id: idSchema,
    participantId: idSchema,
    updatedAt: z.int().nonnegative(),
    sealed: sealedText,
  }),
})

/** Bytes of their own, not a piece of Node's shared pool. */
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'base64'))

const textOf = ({ iv, data }: Sealed) => ({ iv: base64(iv), data: base64(data) })

export function encodeHeader({ recordingId, startedAt, recording, participantKey, encounter }: JournalHeader): Buffer {
  return Buffer.from(
    JSON.stringify({
      recordingId,
      startedAt,
      recording: textOf(recording),
      ...(participantKey !== undefined && { participantKey: textOf(participantKey) }),
      encounter: { ...encounter, sealed: textOf(encounter.sealed) },
    }),
  )
}

/** @returns null for what no header is. */
export function decodeHeader(content: Buffer): JournalHeader | null {
  try {
    return headerSchema.parse(JSON.parse(content.toString('utf8')))
  } catch {
    return null
  }
}

export function encodeChunk({ index, sealed }: JournalChunk): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(index, 0)
  return Buffer.concat([head, sealed.iv, new Uint8Array(sealed.data)])
}

export function decodeChunk(content: Buffer): { readonly index: number; readonly sealed: Sealed } {
  return {
    index: content.readUInt32LE(0),
    sealed: {
      iv: new Uint8Array(content.subarray(4, 4 + NONCE_BYTES)),
      data: new Uint8Array(content.subarray(4 + NONCE_BYTES)).buffer,
    },
  }
}
