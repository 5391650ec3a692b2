import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

/** What the program of the package minimp3-wasm (minimp3, CC0) gives; its own loader is for browsers. */
interface Minimp3 {
  readonly memory: WebAssembly.Memory
  decoder_init(): void
  decoder_set_mp3_data_size(bytes: number): void
  decoder_mp3_data_offset(): number
  decoder_decode(seconds: number): void
  decoder_pcm_data_offset(): number
  decode_results_sampling_rate(): number
  decode_results_num_channels(): number
  decode_results_num_samples(): number
}

const PIECE_SECONDS = 5

/** The sound of an MP3 in pieces, each a mean of its channels in [-1, 1]. Nothing comes of bytes that hold no frame. */
export async function* decodeMp3(
  bytes: Uint8Array,
): AsyncGenerator<{ samples: Float32Array; sampleRateHz: number; channelCount: number }> {
  const path = createRequire(import.meta.url).resolve('minimp3-wasm/dist/decoder.opt.wasm')
  const { instance } = await WebAssembly.instantiate(await readFile(path), {})
  // The package's own declaration of these is for its loader.
  const decoder = instance.exports as unknown as Minimp3
  decoder.decoder_init()
  decoder.decoder_set_mp3_data_size(bytes.length)
  new Uint8Array(decoder.memory.buffer, decoder.decoder_mp3_data_offset(), bytes.length).set(bytes)
  for (;;) {
    decoder.decoder_decode(PIECE_SECONDS)
    const count = decoder.decode_results_num_samples()
    const channelCount = decoder.decode_results_num_channels()
    if (count === 0 || channelCount === 0) return
    const pcm = new Int16Array(decoder.memory.buffer, decoder.decoder_pcm_data_offset(), count)
    const samples = new Float32Array(count / channelCount)
    for (let at = 0; at < count; at += 1) samples[Math.floor(at / channelCount)] += pcm[at] / 32768 / channelCount
    yield { samples, sampleRateHz: decoder.decode_results_sampling_rate(), channelCount }
  }
}
