import { IMPORT_LIMITS } from '@spira/shared/protocol/importsApi.ts'
import { createResampler, type Resampler } from '@spira/shared/signal/resample.ts'
import { decodeWav, WavError } from '@spira/shared/signal/wav.ts'
import { AudioFailure } from './audioFailure.ts'
import type { DecodedPiece } from './decodedPiece.ts'
import { decodeFlac } from './flac.ts'
import { formatOf, type ImportFormat } from './formatOf.ts'
import { decodeMp3 } from './mp3.ts'
import { oggPackets } from './oggPackets.ts'
import { decodeOpus } from './opus.ts'
import { decodeVorbis } from './vorbis.ts'

export interface DecodedAudio {
  readonly format: ImportFormat
  readonly sampleRateHz: number
  readonly channelCount: number
  /** Mean of the channels at 16 kHz. */
  readonly samples: Float32Array
  /** Share of the samples at full scale before they were resampled. */
  readonly clippedShare: number
}

const TARGET_HZ = 16_000
const RATES = { min: 8000, max: 192_000 }
const FULL_SCALE = 32_767 / 32_768

/** The sound of a file of any of the formats, as the product keeps sound. @throws AudioFailure */
export async function decodeAudio(bytes: Uint8Array): Promise<DecodedAudio> {
  const format = formatOf(bytes)
  if (format === null) throw new AudioFailure('unknown-format')
  let resampler: Resampler | null = null
  let first: DecodedPiece | null = null
  const parts: Float32Array[] = []
  const seen = { samples: 0, clipped: 0 }
  try {
    for await (const piece of piecesOf(format, bytes)) {
      const { samples, sampleRateHz, channelCount } = piece
      first ??= piece
      if (!Number.isInteger(sampleRateHz) || sampleRateHz < RATES.min || sampleRateHz > RATES.max)
        throw new AudioFailure('unusual-rate')
      // A file that changes midway is not one recording.
      if (sampleRateHz !== first.sampleRateHz || channelCount !== first.channelCount) throw new AudioFailure('damaged')
      seen.samples += samples.length
      if (seen.samples > (IMPORT_LIMITS.audioMs / 1000) * sampleRateHz) throw new AudioFailure('too-long')
      for (const sample of samples) {
        if (!Number.isFinite(sample)) throw new AudioFailure('damaged')
        if (Math.abs(sample) >= FULL_SCALE) seen.clipped += 1
      }
      resampler ??= createResampler(sampleRateHz, TARGET_HZ)
      parts.push(resampler.push(samples))
    }
  } catch (cause) {
    if (cause instanceof AudioFailure) throw cause
    throw new AudioFailure('damaged', { cause })
  }
  // An MP3 with no frame, or a head with nothing after it.
  if (first === null || resampler === null) throw new AudioFailure(format === 'mp3' ? 'damaged' : 'empty')
  parts.push(resampler.flush())
  return {
    format,
    sampleRateHz: first.sampleRateHz,
    channelCount: first.channelCount,
    samples: joined(parts),
    clippedShare: seen.clipped / seen.samples,
  }
}

async function* piecesOf(format: ImportFormat, bytes: Uint8Array): AsyncGenerator<DecodedPiece> {
  switch (format) {
    case 'wav':
      return yield* wavPieces(bytes)
    case 'mp3':
      return yield* decodeMp3(bytes)
    case 'flac':
      return yield* decodeFlac(bytes, 'flac')
    case 'ogg-flac':
      oggPackets(bytes)
      return yield* decodeFlac(bytes, 'ogg-flac')
    case 'ogg-vorbis':
      return yield decodeVorbis(bytes)
    case 'ogg-opus':
      return yield* decodeOpus(bytes)
  }
}

function* wavPieces(bytes: Uint8Array): Generator<DecodedPiece> {
  try {
    const { samples, sampleRateHz, channelCount } = decodeWav(bytes)
    if (samples.length > 0) yield { samples, sampleRateHz, channelCount }
  } catch (cause) {
    throw cause instanceof WavError ? new AudioFailure('damaged', { cause }) : cause
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
