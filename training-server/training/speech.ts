import { readFile } from 'node:fs/promises'
import { resample } from '@spira/shared/signal/resample.ts'
import { decodeWav } from '@spira/shared/signal/wav.ts'

/** Samples of a WAV file as the networks hear it: 16 kHz mono in [-1, 1], resampled where the file has another rate. */
export async function readSpeech(wavPath: string): Promise<Float32Array> {
  try {
    const { samples, sampleRateHz } = decodeWav(await readFile(wavPath))
    if (samples.length === 0) throw new RangeError('it holds no samples')
    return sampleRateHz === 16_000 ? samples : resample(samples, sampleRateHz, 16_000)
  } catch (error) {
    throw new Error(`${wavPath} cannot be read as speech: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
