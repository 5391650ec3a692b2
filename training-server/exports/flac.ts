import { createRequire } from 'node:module'
import { decodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'

/** What is used of libFLAC compiled to JavaScript (libflacjs); the package's own types describe its whole C interface. */
interface Flac {
  isReady(): boolean
  on(event: 'ready', listener: () => void): void
  create_libflac_encoder(
    rate: number,
    channels: number,
    bits: number,
    level: number,
    samples: number,
    verify: boolean,
    block: number,
  ): number
  init_encoder_stream(encoder: number, write: (bytes: Uint8Array) => void): number
  FLAC__stream_encoder_process_interleaved(encoder: number, samples: Int32Array, count: number): boolean
  FLAC__stream_encoder_finish(encoder: number): boolean
  FLAC__stream_encoder_delete(encoder: number): void
}

let library: Promise<Flac> | null = null

/** Loaded at the first use: an export of WAV never needs it. */
function libFlac(): Promise<Flac> {
  library ??= new Promise((resolve) => {
    const flac = createRequire(import.meta.url)('libflacjs/dist/libflac.js') as Flac
    if (flac.isReady()) resolve(flac)
    else flac.on('ready', () => resolve(flac))
  })
  return library
}

/** Free Lossless Audio Codec of a PCM16 mono WAV: the same samples in about half the bytes. @throws WavError */
export async function wavToFlac(wav: Uint8Array): Promise<Buffer> {
  const flac = await libFlac()
  const { samples, sampleRateHz } = decodeWav(wav)
  const pcm = floatToPcm16(samples)
  const encoder = flac.create_libflac_encoder(sampleRateHz, 1, 16, 5, pcm.length, true, 0)
  if (encoder === 0) throw new Error('libFLAC made no encoder')
  const pieces: Buffer[] = []
  try {
    const refusal = flac.init_encoder_stream(encoder, (bytes) => void pieces.push(Buffer.from(bytes)))
    if (refusal !== 0) throw new Error(`libFLAC refused the stream: ${refusal}`)
    if (!flac.FLAC__stream_encoder_process_interleaved(encoder, Int32Array.from(pcm), pcm.length))
      throw new Error('libFLAC refused the samples')
    if (!flac.FLAC__stream_encoder_finish(encoder)) throw new Error('libFLAC read back other samples than it wrote')
  } finally {
    flac.FLAC__stream_encoder_delete(encoder)
  }
  return Buffer.concat(pieces)
}
