import { IMPORT_LIMITS } from '@spira/shared/protocol/importsApi.ts'
import { StbVorbis } from 'stb-vorbis'
import { AudioFailure } from './audioFailure.ts'
import { type DecodedPiece, meanOf } from './decodedPiece.ts'
import { oggPackets } from './oggPackets.ts'

/** Speech has short packets among its long ones; as if all were long, an honest file seems up to so many times as long as it is. */
const SEEMS_LONGER = 4

/** The sound of an Ogg Vorbis file, whole: its decoder takes no part of one, so its length is bounded before. @throws AudioFailure */
export async function decodeVorbis(bytes: Uint8Array): Promise<DecodedPiece> {
  const { packets, endsAt } = oggPackets(bytes)
  const [head] = packets
  // The identification header (Vorbis I, 4.2.2).
  if (head === undefined || head.length < 30) throw new AudioFailure('damaged')
  const rateHz = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(12, true)
  const longest = 2 ** ((head[28] ?? 0) >> 4)
  const most = (IMPORT_LIMITS.audioMs / 1000) * rateHz
  // Each packet adds at most half of the longest block; what the pages say of their length may be a lie.
  if (endsAt > most || (packets.length * longest) / 2 > SEEMS_LONGER * most) throw new AudioFailure('too-long')
  await StbVorbis.ready
  const { channels, sampleRate } = StbVorbis.decode(bytes)
  // It ends where it no longer understands, and says nothing.
  if ((channels[0]?.length ?? 0) + longest < endsAt) throw new AudioFailure('damaged')
  return meanOf(channels, sampleRate)
}
