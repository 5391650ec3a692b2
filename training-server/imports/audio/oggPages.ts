import { AudioFailure } from './audioFailure.ts'

const HEAD_BYTES = 27
const END_OF_STREAM = 4
const POLYNOMIAL = 0x04c1_1db7

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ POLYNOMIAL : value << 1
  return value >>> 0
})

/**
 * Walks the pages of an Ogg file (RFC 3533, 6): one stream, no page lost or changed, and its last page says that it is the last. Decoders
 * skip what they do not understand, and a recording that lost a part must not pass as whole. @throws AudioFailure damaged
 */
export function checkOggPages(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let serial: number | null = null
  let at = 0
  let isLast = false
  for (let number = 0; at < bytes.length; number += 1) {
    const isPage = at + HEAD_BYTES <= bytes.length && view.getUint32(at, false) === 0x4f67_6753
    if (!isPage || isLast || view.getUint32(at + 18, true) !== number) throw new AudioFailure('damaged')
    serial ??= view.getUint32(at + 14, true)
    const segments = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + (bytes[at + 26] ?? 0))
    const end = at + HEAD_BYTES + segments.length + segments.reduce((sum, length) => sum + length, 0)
    if (view.getUint32(at + 14, true) !== serial || end > bytes.length) throw new AudioFailure('damaged')
    if (checksum(bytes.subarray(at, end)) !== view.getUint32(at + 22, true)) throw new AudioFailure('damaged')
    isLast = ((bytes[at + 5] ?? 0) & END_OF_STREAM) !== 0
    at = end
  }
  if (!isLast) throw new AudioFailure('damaged')
}

/** Of a page with its own checksum taken as zero. */
function checksum(page: Uint8Array): number {
  let value = 0
  for (const [at, byte] of page.entries()) {
    const own = at >= 22 && at < 26 ? 0 : byte
    value = ((value << 8) ^ (TABLE[((value >>> 24) ^ own) & 0xff] ?? 0)) >>> 0
  }
  return value
}
