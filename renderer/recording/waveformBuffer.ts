/** Pairs kept when nobody takes them (a hidden tab): the newest minute, at one pair per 10 ms. */
const MAX_VALUES = 2 * 6_000

/** Holds the waveform between two frames of the screen. */
export function createWaveformBuffer(): { put(pairs: Float32Array): void; take(): Float32Array } {
  let values: number[] = []
  return {
    put(pairs) {
      values.push(...pairs)
      if (values.length > MAX_VALUES) values = values.slice(-MAX_VALUES)
    },
    take() {
      const taken = Float32Array.from(values)
      values = []
      return taken
    },
  }
}
