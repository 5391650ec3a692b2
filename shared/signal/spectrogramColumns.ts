import { createMelFilterbank } from './melFilterbank.ts'
import { createPowerSpectrum } from './powerSpectrum.ts'

/** What a spectrogram for the eye shows: a column every 10 ms, mel bands from 0 to 8 kHz, dB in a byte. */
export const SPECTROGRAM = {
  bands: 64,
  hopSamples: 160,
  frameSamples: 512,
  /** Byte 0 and byte 255. */
  lowestDb: -88,
  highestDb: -24,
} as const

/** Columns while the sound comes in. */
export interface SpectrogramColumns {
  /** Takes the next samples and gives the columns they completed: [columns][bands], the lowest band first. */
  push(samples: Float32Array): Uint8Array<ArrayBuffer>
}

/** For 16 kHz samples in [-1, 1]. About 2 ms of processor time a second of sound. */
export const createSpectrogramColumns = (): SpectrogramColumns => {
  const { bands, hopSamples, frameSamples, lowestDb, highestDb } = SPECTROGRAM
  const window = Float64Array.from(
    { length: frameSamples },
    (_, i) => (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / frameSamples)) / (frameSamples / 2),
  )
  const spectrum = createPowerSpectrum(window, frameSamples)
  const mel = createMelFilterbank({ sampleRateHz: 16_000, nFft: frameSamples, nMels: bands, fMinHz: 0, fMaxHz: 8000 })
  const row = new Float64Array(bands)
  const frame = new Float32Array(frameSamples)
  let filled = frameSamples - hopSamples
  return {
    push: (samples) => {
      const columns = new Uint8Array(
        bands * Math.floor((filled + samples.length - frameSamples + hopSamples) / hopSamples),
      )
      let column = 0
      for (let at = 0; at < samples.length;) {
        const part = samples.subarray(at, at + frameSamples - filled)
        frame.set(part, filled)
        filled += part.length
        at += part.length
        if (filled < frameSamples) break
        spectrum.analyse(frame, 0)
        mel.apply(spectrum.power, row, 0)
        for (let band = 0; band < bands; band++) {
          const db = 10 * Math.log10(row[band] + 1e-12)
          const share = (db - lowestDb) / (highestDb - lowestDb)
          columns[column * bands + band] = Math.round(255 * Math.min(1, Math.max(0, share)))
        }
        column++
        frame.copyWithin(0, hopSamples)
        filled = frameSamples - hopSamples
      }
      return columns
    },
  }
}
