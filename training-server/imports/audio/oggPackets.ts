import { AudioFailure } from './audioFailure.ts'

const HEAD_BYTES = 27
const END_OF_STREAM = 4
const POLYNOMIAL = 0x04c1_1db7

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit += 1) value = value < 0 ? (value << 1) ^ POLYNOMIAL : value << 1
  return value >>> 0
})

/** More than an hour of the shortest that any codec makes of speech: a list of them must not fill the memory. */
const MOST_PACKETS = 1_000_000

export interface OggStream {
  /** Each as it was given to the container, heads first. */
  readonly packets: readonly Uint8Array[]
  /** Position at the end of the last page, in samples as the codec counts them. */
  readonly endsAt: number
}

/**
 * The packets of an Ogg file (RFC 3533, 6): one stream, no page lost or changed, and its last page says that it is the last. Decoders
 * skip what they do not understand, and a recording that lost a part must not pass as whole. @throws AudioFailure damaged, too-long
 */
export function oggPackets(bytes: Uint8Array): OggStream {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const packets: Uint8Array[] = []
  let begun: Uint8Array[] = []
  let serial: number | null = null
  let at = 0
  let isLast = false
  let endsAt = 0
  for (let number = 0; at < bytes.length; number += 1) {
    const isPage = at + HEAD_BYTES <= bytes.length && view.getUint32(at, false) === 0x4f67_6753
    if (!isPage || isLast || view.getUint32(at + 18, true) !== number) throw new AudioFailure('damaged')
    serial ??= view.getUint32(at + 14, true)
    const segments = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + (bytes[at + 26] ?? 0))
    const body = at + HEAD_BYTES + segments.length
    const end = body + segments.reduce((sum, length) => sum + length, 0)
    if (view.getUint32(at + 14, true) !== serial || end > bytes.length) throw new AudioFailure('damaged')
    if (pageChecksum(bytes.subarray(at, end)) !== view.getUint32(at + 22, true)) throw new AudioFailure('damaged')
    let from = body
    let to = body
    for (const length of segments) {
      to += length
      // A packet goes on through segments of 255 bytes, over pages if it must, and ends in a shorter one.
      if (length === 255) continue
      packets.push(begun.length === 0 ? bytes.subarray(from, to) : Buffer.concat([...begun, bytes.subarray(from, to)]))
      begun = []
      from = to
    }
    if (from < to) begun.push(bytes.subarray(from, to))
    if (packets.length > MOST_PACKETS) throw new AudioFailure('too-long')
    const position = view.getBigInt64(at + 6, true)
    // Minus one: no packet ends on this page.
    if (position !== -1n) endsAt = Number(position)
    isLast = ((bytes[at + 5] ?? 0) & END_OF_STREAM) !== 0
    at = end
  }
  if (!isLast || begun.length > 0) throw new AudioFailure('damaged')
  return { packets, endsAt }
}

/** Of a page with its own checksum taken as zero. */
export function pageChecksum(page: Uint8Array): number {
  let value = 0
  for (const [at, byte] of page.entries()) {
    const own = at >= 22 && at < 26 ? 0 : byte
    value = ((value << 8) ^ (TABLE[((value >>> 24) ^ own) & 0xff] ?? 0)) >>> 0
  }
  return value
}
