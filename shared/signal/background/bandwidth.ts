import { createPowerSpectrum } from '../powerSpectrum.ts'

/** 32 ms frames of 16 kHz, one in three looked at: a recording's bandwidth does not change from moment to moment. */
const FRAME_SAMPLES = 512
const HOP_SAMPLES = 1536
const BIN_HZ = 16_000 / FRAME_SAMPLES
const LOW_BAND = [300, 3300] as const
/** A telephone's or an old headset's codec ends at 4 kHz, with a filter that ends a little before or after. */
const HIGH_BAND = [4400, 7400] as const

/** Listens for what a codec or a resampler of the system cut off. */
export interface BandwidthMeter {
  push(samples: Float32Array): void
  /** Power between 4.4 and 7.4 kHz against that between 0.3 and 3.3 kHz, dB; null before anything was heard. */
  highBandDb(): number | null
}

/** For 16 kHz samples in [-1, 1]. */
export const createBandwidthMeter = (): BandwidthMeter => {
  const window = Float64Array.from(
    { length: FRAME_SAMPLES },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME_SAMPLES),
  )
  const spectrum = createPowerSpectrum(window, FRAME_SAMPLES)
  const frame = new Float32Array(FRAME_SAMPLES)
  let position = 0
  let low = 0
  let high = 0
  return {
    push: (samples) => {
      for (const sample of samples) {
        if (position < FRAME_SAMPLES) frame[position] = sample
        position++
        if (position === FRAME_SAMPLES) {
          spectrum.analyse(frame, 0)
          low += bandPower(spectrum.power, LOW_BAND)
          high += bandPower(spectrum.power, HIGH_BAND)
        }
        if (position === HOP_SAMPLES) position = 0
      }
    },
    highBandDb: () => (low > 0 ? 10 * Math.log10(Math.max(high, 1e-30) / low) : null),
  }
}

function bandPower(power: Float64Array, [from, to]: readonly [number, number]): number {
  let sum = 0
  for (let bin = Math.ceil(from / BIN_HZ); bin <= Math.floor(to / BIN_HZ); bin++) sum += power[bin]
  return sum
}
