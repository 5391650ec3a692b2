/** The voicing window: 40 ms at 4 kHz, long enough for two periods of the lowest voice. */
const DECIMATION = 4
const WINDOW = 160
/** Pitch periods looked for, in samples at 4 kHz: 400 Hz down to 60 Hz. */
const SHORTEST_PERIOD = 10
const LONGEST_PERIOD = 66

/** How periodic the latest 40 ms are. */
export interface VoicingMeter {
  push(sample: number): void
  /**
   * The highest local maximum of the normalised autocorrelation between 60 and 400 Hz: near 1 for a voice, about 0.3 for white noise.
   * Zero until 40 ms have been heard. A local maximum, because rumble below 60 Hz correlates with itself at every short lag.
   */
  strength(): number
}

/** For 16 kHz samples. */
export const createVoicingMeter = (): VoicingMeter => {
  const recent = new Float32Array(WINDOW)
  const window = new Float64Array(WINDOW)
  const correlation = new Float64Array(LONGEST_PERIOD + 2)
  let sum = 0
  let phase = 0
  let count = 0
  return {
    push: (sample) => {
      sum += sample
      if (++phase < DECIMATION) return
      recent[count++ % WINDOW] = sum / DECIMATION
      sum = 0
      phase = 0
    },
    strength: () => {
      if (count < WINDOW) return 0
      let mean = 0
      for (const value of recent) mean += value / WINDOW
      for (let i = 0; i < WINDOW; i++) window[i] = recent[(count + i) % WINDOW] - mean
      for (let lag = SHORTEST_PERIOD - 1; lag <= LONGEST_PERIOD + 1; lag++) correlation[lag] = correlate(window, lag)
      let strongest = 0
      for (let lag = SHORTEST_PERIOD; lag <= LONGEST_PERIOD; lag++) {
        const here = correlation[lag]
        if (here >= correlation[lag - 1] && here >= correlation[lag + 1]) strongest = Math.max(strongest, here)
      }
      return strongest
    },
  }
}

const correlate = (window: Float64Array, lag: number): number => {
  let product = 0
  let early = 0
  let late = 0
  for (let i = 0; i + lag < WINDOW; i++) {
    const a = window[i]
    const b = window[i + lag]
    product += a * b
    early += a * a
    late += b * b
  }
  return early > 0 && late > 0 ? product / Math.sqrt(early * late) : 0
}
