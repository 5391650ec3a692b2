const READING_SAMPLES = 800
const PAIR_SAMPLES = 160
const SILENCE_DBFS = -100
/** PCM16 full scale less a rounding step: what a clipped converter delivers. */
const CLIPPING_LEVEL = 32_766 / 32_768

/** What the screen shows of 50 ms of sound. */
export interface LevelReading {
  /** RMS and peak of these 50 ms, dBFS, -100 for silence. */
  readonly levelDbfs: number
  readonly peakDbfs: number
  readonly clipping: boolean
  /** Minimum and maximum in [-1, 1], one pair per 10 ms: [min, max, min, max, …]. */
  readonly pairs: Float32Array<ArrayBuffer>
}

/** A reading with what came since the last one: the sound, 16 kHz in [-1, 1], and its spectrogram (columns, see SPECTROGRAM). */
export interface SoundReading extends LevelReading {
  readonly columns: Uint8Array<ArrayBuffer>
  readonly samples: Float32Array<ArrayBuffer>
}

/** Reads a 16 kHz mono signal in [-1, 1] in steps of 50 ms, however it is cut when it comes. */
export function createLevelMeter(): { push(samples: Float32Array): readonly LevelReading[] } {
  const pending = new Float32Array(READING_SAMPLES)
  let filled = 0
  return {
    push(samples) {
      const readings: LevelReading[] = []
      for (let at = 0; at < samples.length;) {
        const take = Math.min(READING_SAMPLES - filled, samples.length - at)
        pending.set(samples.subarray(at, at + take), filled)
        filled += take
        at += take
        if (filled === READING_SAMPLES) {
          readings.push(readLevel(pending))
          filled = 0
        }
      }
      return readings
    },
  }
}

function readLevel(samples: Float32Array): LevelReading {
  const pairs = new Float32Array((samples.length / PAIR_SAMPLES) * 2)
  let energy = 0
  let peak = 0
  for (let pair = 0; pair < pairs.length / 2; pair += 1) {
    let low = Infinity
    let high = -Infinity
    for (const sample of samples.subarray(pair * PAIR_SAMPLES, (pair + 1) * PAIR_SAMPLES)) {
      energy += sample * sample
      low = Math.min(low, sample)
      high = Math.max(high, sample)
    }
    pairs[2 * pair] = low
    pairs[2 * pair + 1] = high
    peak = Math.max(peak, high, -low)
  }
  return {
    levelDbfs: dbfs(Math.sqrt(energy / samples.length)),
    peakDbfs: dbfs(peak),
    clipping: peak >= CLIPPING_LEVEL,
    pairs,
  }
}

const dbfs = (amplitude: number): number =>
  amplitude === 0 ? SILENCE_DBFS : Math.max(SILENCE_DBFS, 20 * Math.log10(amplitude))
