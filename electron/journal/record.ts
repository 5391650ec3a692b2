import { crc32 } from 'node:zlib'

/**
 * One record of a journal file: length of the body (u32, little endian), CRC-32 of the body (u32), body. The body is one byte of
 * kind and the content. A length of zero is never written: a file system that kept the size and lost the bytes leaves zeros.
 */
export const RECORD_HEAD_BYTES = 8
/** A header's sealed rows are the largest thing written. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024

export const HEADER_KIND = 1
export const CHUNK_KIND = 2

export function encodeRecord(kind: number, content: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(RECORD_HEAD_BYTES + 1 + content.byteLength)
  record.writeUInt8(kind, RECORD_HEAD_BYTES)
  record.set(content, RECORD_HEAD_BYTES + 1)
  const body = record.subarray(RECORD_HEAD_BYTES)
  record.writeUInt32LE(body.byteLength, 0)
  record.writeUInt32LE(crc32(body), 4)
  return record
}

export interface ScannedJournal {
  readonly records: readonly { readonly kind: number; readonly content: Buffer }[]
  /** End of the last whole record: what follows was never acknowledged. */
  readonly end: number
  /** Records in between whose bytes changed after they were written. */
  readonly damaged: number
}

/**
 * Reads every whole record. A damaged one in the middle is passed over by its length, so that one bad sector does not cost what
 * lies behind it; whatever follows the last whole record is a torn write.
 */
export function scanRecords(file: Buffer): ScannedJournal {
  const records: { kind: number; content: Buffer }[] = []
  let end = 0
  let damaged = 0
  let passedOver = 0
  for (let at = 0; at + RECORD_HEAD_BYTES <= file.byteLength;) {
    const length = file.readUInt32LE(at)
    const next = at + RECORD_HEAD_BYTES + length
    if (length === 0 || length > MAX_BODY_BYTES || next > file.byteLength) break
    const body = file.subarray(at + RECORD_HEAD_BYTES, next)
    if (crc32(body) === file.readUInt32LE(at + 4)) {
      records.push({ kind: body.readUInt8(0), content: body.subarray(1) })
      end = next
      damaged += passedOver
      passedOver = 0
    } else passedOver += 1
    at = next
  }
  return { records, end, damaged }
}
