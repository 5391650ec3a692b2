import type { z } from 'zod'
import type { importFormatSchema } from '@spira/shared/protocol/importsApi.ts'

export type ImportFormat = z.infer<typeof importFormatSchema>

/** What the first bytes say a file is, whatever its name says; null: none of the formats that are read. */
export function formatOf(bytes: Uint8Array): ImportFormat | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(64, bytes.length)).toString('latin1')
  if (text.startsWith('RIFF') && text.startsWith('WAVE', 8)) return 'wav'
  if (text.startsWith('fLaC')) return 'flac'
  if (text.startsWith('OggS')) return oggFormat(text)
  // An ID3v2 tag, or the eleven set bits and layer III that every MP3 frame begins with (ISO 11172-3, 2.4.2.3).
  const [first = 0, second = 0] = bytes
  if (text.startsWith('ID3') || (first === 0xff && (second & 0xe6) === 0xe2)) return 'mp3'
  return null
}

/** The first page holds one packet, the head of its codec (RFC 3533, 7845; Vorbis I, 4.2.1). */
function oggFormat(page: string): ImportFormat | null {
  const head = page.slice(28)
  if (head.startsWith('OpusHead')) return 'ogg-opus'
  if (head.startsWith('\u0001vorbis')) return 'ogg-vorbis'
  return head.startsWith('\u007fFLAC') ? 'ogg-flac' : null
}
