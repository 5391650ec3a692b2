import { OpusDecoder } from 'opus-decoder'
import { AudioFailure } from './audioFailure.ts'
import { type DecodedPiece, meanOf } from './decodedPiece.ts'
import { oggPackets } from './oggPackets.ts'

/** Opus counts in these whatever it was made from (RFC 7845, 4). */
const RATE_HZ = 48_000
/** Decoded at once: the length is looked at in between, whatever they swell to. */
const PACKETS_AT_ONCE = 50

/** The sound of an Ogg Opus file (RFC 7845) in pieces. @throws AudioFailure */
export async function* decodeOpus(bytes: Uint8Array): AsyncGenerator<DecodedPiece> {
  const { packets, endsAt } = oggPackets(bytes)
  const head = headOf(packets[0])
  const decoder = new OpusDecoder(head.options)
  await decoder.ready
  try {
    // What the encoder added at the end to fill a packet lies behind the last position.
    let left = endsAt - head.options.preSkip
    // After the head come the tags.
    for (let at = 2; at < packets.length && left > 0; at += PACKETS_AT_ONCE) {
      const { channelData, samplesDecoded, errors } = decoder.decodeFrames(packets.slice(at, at + PACKETS_AT_ONCE))
      if (errors.length > 0) throw new AudioFailure('damaged')
      const wanted = Math.min(samplesDecoded, left)
      left -= wanted
      const piece = meanOf(
        channelData.map((channel) => channel.subarray(0, wanted)),
        RATE_HZ,
      )
      for (const [index, sample] of piece.samples.entries()) piece.samples[index] = sample * head.gain
      if (wanted > 0) yield piece
    }
    if (left > 0) throw new AudioFailure('damaged')
  } finally {
    decoder.free()
  }
}

/** The identification header (RFC 7845, 5.1). */
function headOf(packet: Uint8Array | undefined) {
  if (packet === undefined || packet.length < 19) throw new AudioFailure('damaged')
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength)
  const channels = view.getUint8(9)
  const preSkip = view.getUint16(10, true)
  const gain = 10 ** (view.getInt16(16, true) / 256 / 20)
  if (view.getUint8(8) > 15 || channels === 0) throw new AudioFailure('damaged')
  if (view.getUint8(18) === 0) {
    if (channels > 2) throw new AudioFailure('damaged')
    return { gain, options: { channels, preSkip } }
  }
  if (packet.length < 21 + channels) throw new AudioFailure('damaged')
  const [streamCount, coupledStreamCount] = [view.getUint8(19), view.getUint8(20)]
  const channelMappingTable = [...packet.subarray(21, 21 + channels)]
  return { gain, options: { channels, preSkip, streamCount, coupledStreamCount, channelMappingTable } }
}
