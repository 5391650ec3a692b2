/** A WAV file that cannot be read or written; the message names what is wrong and at which byte. */
export class WavError extends Error {
  override readonly name = 'WavError'
}

export interface DecodedWav {
  readonly sampleRateHz: number
  /** Channels of the file; `samples` is their mean. */
  readonly channelCount: number
  /** Mono, in [-1, 1]. */
  readonly samples: Float32Array
}

const HEADER_BYTES = 44
const PCM = 1
const IEEE_FLOAT = 3
const EXTENSIBLE = 0xfffe
/** A RIFF file counts its bytes in 32 bits, 36 of them before the samples. */
const LARGEST_DATA_BYTES = 0xffff_ffff - 36

/** The 44 bytes before `sampleCount` mono PCM16 samples. @throws WavError past the 4 GiB that a WAV file can count. */
export const wavHeader = (sampleCount: number, sampleRateHz: number): Uint8Array<ArrayBuffer> => {
  const dataBytes = 2 * sampleCount
  if (dataBytes > LARGEST_DATA_BYTES)
    throw new WavError(`${sampleCount} samples do not fit a WAV file, which counts its bytes in 32 bits`)
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  const ascii = (at: number, text: string): void =>
    bytes.set(
      Array.from(text, (c) => c.charCodeAt(0)),
      at,
    )
  ascii(0, 'RIFF')
  view.setUint32(4, 36 + dataBytes, true)
  ascii(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, PCM, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRateHz, true)
  view.setUint32(28, 2 * sampleRateHz, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  ascii(36, 'data')
  view.setUint32(40, dataBytes, true)
  return bytes
}

/** A mono PCM16 WAV file. */
export const encodeWav = (pcm: Int16Array, sampleRateHz: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(HEADER_BYTES + 2 * pcm.length)
  bytes.set(wavHeader(pcm.length, sampleRateHz))
  // Two minutes are copied within a millisecond, sample by sample in twenty: every machine this runs on is little-endian, as WAV is.
  new Int16Array(bytes.buffer, HEADER_BYTES).set(pcm)
  return bytes
}

/** -32768 .. 32767 to [-1, 1): divided by 32768. */
export const pcm16ToFloat = (pcm: Int16Array): Float32Array => {
  const samples = new Float32Array(pcm.length)
  for (let i = 0; i < pcm.length; i++) samples[i] = pcm[i] / 32768
  return samples
}

/** The inverse of `pcm16ToFloat`: rounded to nearest, clamped to what 16 bits hold. Not a number becomes 0. */
export const floatToPcm16 = (samples: Float32Array): Int16Array => {
  const pcm = new Int16Array(samples.length)
  for (let i = 0; i < samples.length; i++) pcm[i] = Math.max(-32768, Math.min(32767, Math.round(samples[i] * 32768)))
  return pcm
}

/**
 * Reads a WAV file: PCM of 8, 16, 24 or 32 bits or float of 32, any number of channels, any further chunks between.
 * Data cut off at the end of the file (a recorder that died) is an error: a recording that lost its end must not pass as whole.
 * @throws WavError
 */
export const decodeWav = (bytes: Uint8Array): DecodedWav => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || ascii(view, 0) !== 'RIFF' || ascii(view, 8) !== 'WAVE') {
    throw new WavError('Not a WAV file: it does not begin with RIFF....WAVE')
  }
  let format: StoredFormat | undefined
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = ascii(view, at)
    const size = view.getUint32(at + 4, true)
    const body = at + 8
    if (id === 'fmt ' || id === 'data') {
      if (body + size > bytes.length) {
        throw new WavError(
          `The "${id}" chunk at byte ${at} claims ${size} bytes, but the file ends after ${bytes.length - body}`,
        )
      }
      if (id === 'fmt ') format = readFormat(view, body, size)
      else if (format === undefined) throw new WavError(`The "data" chunk at byte ${at} comes before any "fmt " chunk`)
      else {
        const { sampleRateHz, channelCount } = format
        return { sampleRateHz, channelCount, samples: readSamples(view, body, size, format) }
      }
    }
    // Chunks are padded to an even length.
    at = body + size + (size % 2)
  }
  throw new WavError(`The WAV file of ${bytes.length} bytes has no "${format ? 'data' : 'fmt '}" chunk`)
}

interface StoredFormat {
  readonly sampleRateHz: number
  readonly channelCount: number
  readonly bytesPerSample: number
  /** One sample in [-1, 1]. */
  readonly read: (view: DataView, at: number) => number
}

/** By format code and bits a sample. */
const SAMPLE_READERS: ReadonlyMap<string, StoredFormat['read']> = new Map([
  [`${PCM}/8`, (view, at) => (view.getUint8(at) - 128) / 128],
  [`${PCM}/16`, (view, at) => view.getInt16(at, true) / 32768],
  [`${PCM}/24`, (view, at) => (view.getInt8(at + 2) * 65536 + view.getUint16(at, true)) / 8388608],
  [`${PCM}/32`, (view, at) => view.getInt32(at, true) / 2147483648],
  [`${IEEE_FLOAT}/32`, (view, at) => view.getFloat32(at, true)],
])

const ascii = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3))

const readFormat = (view: DataView, at: number, size: number): StoredFormat => {
  if (size < 16) throw new WavError(`The "fmt " chunk at byte ${at - 8} has ${size} bytes, 16 are the least`)
  const declared = view.getUint16(at, true)
  // WAVE_FORMAT_EXTENSIBLE keeps the real code in the first two bytes of its sub-format.
  const code = declared === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : declared
  const channelCount = view.getUint16(at + 2, true)
  const sampleRateHz = view.getUint32(at + 4, true)
  const bits = view.getUint16(at + 14, true)
  const read = SAMPLE_READERS.get(`${code}/${bits}`)
  if (read === undefined) {
    throw new WavError(
      `The "fmt " chunk at byte ${at - 8} declares format ${code} with ${bits} bits a sample; PCM of 8, 16, 24 or 32 bits and float of 32 are read`,
    )
  }
  if (channelCount === 0 || sampleRateHz === 0) {
    throw new WavError(`The "fmt " chunk at byte ${at - 8} declares ${channelCount} channels at ${sampleRateHz} Hz`)
  }
  return { sampleRateHz, channelCount, bytesPerSample: bits / 8, read }
}

const readSamples = (view: DataView, at: number, size: number, format: StoredFormat): Float32Array => {
  const { channelCount, bytesPerSample, read } = format
  const frameBytes = channelCount * bytesPerSample
  if (size % frameBytes !== 0) {
    throw new WavError(
      `The "data" chunk at byte ${at - 8} has ${size} bytes, not a whole number of ${frameBytes}-byte frames`,
    )
  }
  const samples = new Float32Array(size / frameBytes)
  for (let i = 0; i < samples.length; i++) {
    let sum = 0
    for (let channel = 0; channel < channelCount; channel++)
      sum += read(view, at + i * frameBytes + channel * bytesPerSample)
    samples[i] = sum / channelCount
  }
  return samples
}
