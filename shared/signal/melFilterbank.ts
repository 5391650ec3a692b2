/** Triangular mel bands over a power spectrum, summed in one pass. */
export interface MelFilterbank {
  readonly bands: number
  /** Writes `bands` mel powers from `power` (nFft / 2 + 1 bins) to `out` at `offset`. */
  apply(power: Float64Array, out: Float64Array, offset: number): void
}

export interface MelFilterbankOptions {
  readonly sampleRateHz: number
  readonly nFft: number
  readonly nMels: number
  readonly fMinHz: number
  readonly fMaxHz: number
}

const hzToMel = (hz: number): number => 2595 * Math.log10(1 + hz / 700)

/**
 * HTK mel scale, no area normalisation: torchaudio's `melscale_fbanks(norm=None, mel_scale="htk")`.
 * The nMels + 2 corner frequencies cut the spectrum in nMels + 1 segments. In segment s a bin rises in band s and falls in band s - 1,
 * so each bin is read once, for both.
 * torchaudio rounds its corners to float32, which moves narrow bands by up to 1e-5 of their width; models were trained with those bands,
 * so the corners here are rounded too.
 */
export const createMelFilterbank = ({
  sampleRateHz,
  nFft,
  nMels,
  fMinHz,
  fMaxHz,
}: MelFilterbankOptions): MelFilterbank => {
  const corners = cornerFrequencies(hzToMel(fMinHz), hzToMel(fMaxHz), nMels + 2)
  const bins = nFft / 2 + 1
  const binHz = (bin: number): number => (bin * sampleRateHz) / nFft
  const rising = new Float64Array(bins)
  const falling = new Float64Array(bins)
  /** Segment s holds the bins from firstBins[s] up to firstBins[s + 1]. */
  const firstBins = new Int32Array(nMels + 2)
  let bin = 0
  corners.forEach((corner, segment) => {
    while (bin < bins && binHz(bin) < corner) bin++
    firstBins[segment] = bin
  })
  for (let segment = 0; segment <= nMels; segment++) {
    const low = corners[segment]
    const high = corners[segment + 1]
    for (let k = firstBins[segment]; k < firstBins[segment + 1]; k++) {
      rising[k] = (binHz(k) - low) / (high - low)
      falling[k] = (high - binHz(k)) / (high - low)
    }
  }
  return {
    bands: nMels,
    apply: (power, out, offset) => {
      let carried = 0
      for (let segment = 0; segment <= nMels; segment++) {
        const end = firstBins[segment + 1]
        let up = 0
        let down = 0
        for (let k = firstBins[segment]; k < end; k++) {
          const value = power[k]
          up += value * rising[k]
          down += value * falling[k]
        }
        if (segment > 0) out[offset + segment - 1] = carried + down
        carried = up
      }
    },
  }
}

/** Evenly spaced on the mel scale, in hertz; `torch.linspace` counts from the nearer end. */
const cornerFrequencies = (lowest: number, highest: number, count: number): number[] => {
  const { fround } = Math
  const step = fround((fround(highest) - fround(lowest)) / (count - 1))
  return Array.from({ length: count }, (_, i) => {
    const mel = i < count / 2 ? fround(fround(lowest) + step * i) : fround(fround(highest) - step * (count - 1 - i))
    return fround(700 * (fround(10 ** fround(mel / 2595)) - 1))
  })
}
