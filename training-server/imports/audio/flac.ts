import { createRequire } from 'node:module'
import { AudioFailure } from './audioFailure.ts'

/** What is used of libFLAC's decoder compiled to JavaScript (libflacjs); the package's own types describe its whole C interface. */
interface Flac {
  isReady(): boolean
  on(event: 'ready', listener: () => void): void
  create_libflac_decoder(verify: boolean): number
  init_decoder_stream(
    decoder: number,
    read: (most: number) => { buffer: Uint8Array; readDataLength: number; error: boolean },
    write: (channels: readonly Uint8Array[], frame: { blocksize: number; bitsPerSample: number }) => void,
    error: (code: number) => void,
    metadata: (info?: { sampleRate: number; channels: number; total_samples: number }) => void,
    ogg: boolean,
  ): number
  FLAC__stream_decoder_process_single(decoder: number): boolean
  FLAC__stream_decoder_get_state(decoder: number): number
  FLAC__stream_decoder_finish(decoder: number): boolean
  FLAC__stream_decoder_delete(decoder: number): void
}

const END_OF_STREAM = 4

async function libFlac(): Promise<Flac> {
  const flac = createRequire(import.meta.url)('libflacjs/dist/libflac.js') as Flac
  if (!flac.isReady()) await new Promise<void>((resolve) => flac.on('ready', resolve))
  return flac
}

/**
 * The sound of a FLAC a frame at a time, each a mean of its channels in [-1, 1]. libFLAC compares each frame with its checksum and the
 * whole with the head's; a stream that ends before the head says is refused, too. @throws AudioFailure damaged
 */
export async function* decodeFlac(
  bytes: Uint8Array,
  container: 'flac' | 'ogg-flac',
): AsyncGenerator<{ samples: Float32Array; sampleRateHz: number; channelCount: number }> {
  const flac = await libFlac()
  const decoder = flac.create_libflac_decoder(true)
  const made: Float32Array[] = []
  const seen = { at: 0, samples: 0, errors: 0 }
  let head: { sampleRate: number; channels: number; total_samples: number } | undefined
  try {
    const refusal = flac.init_decoder_stream(
      decoder,
      (most) => {
        const buffer = bytes.subarray(seen.at, seen.at + most)
        seen.at += buffer.length
        return { buffer, readDataLength: buffer.length, error: false }
      },
      (channels, frame) => void made.push(meanOf(channels, frame)),
      () => {
        seen.errors += 1
      },
      (info) => {
        head ??= info
      },
      container === 'ogg-flac',
    )
    if (refusal !== 0) throw new AudioFailure('damaged')
    while (flac.FLAC__stream_decoder_get_state(decoder) !== END_OF_STREAM) {
      if (!flac.FLAC__stream_decoder_process_single(decoder) || seen.errors > 0) throw new AudioFailure('damaged')
      for (const samples of made.splice(0)) {
        if (head === undefined) throw new AudioFailure('damaged')
        seen.samples += samples.length
        yield { samples, sampleRateHz: head.sampleRate, channelCount: head.channels }
      }
    }
    const isWhole = flac.FLAC__stream_decoder_finish(decoder)
    if (!isWhole || (head !== undefined && head.total_samples > 0 && head.total_samples !== seen.samples))
      throw new AudioFailure('damaged')
  } finally {
    flac.FLAC__stream_decoder_delete(decoder)
  }
}

/** Little-endian whole numbers of one to four bytes, a channel each. */
function meanOf(
  channels: readonly Uint8Array[],
  { blocksize, bitsPerSample }: { blocksize: number; bitsPerSample: number },
): Float32Array {
  const samples = new Float32Array(blocksize)
  const scale = channels.length * 2 ** (bitsPerSample - 1)
  for (const channel of channels) {
    const view = Buffer.from(channel.buffer, channel.byteOffset, channel.byteLength)
    const width = channel.length / blocksize
    for (let at = 0; at < blocksize; at += 1) samples[at] += view.readIntLE(at * width, width) / scale
  }
  return samples
}
