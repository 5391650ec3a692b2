export const SECOND_VOICE_SETTINGS = {
  /** Frames of 60 ms every 20 ms, at 4 kHz: long enough for two periods of the lowest voice beside another. */
  frameSamples: 240,
  hopSamples: 80,
  decimation: 4,
  /** Pitch periods at 4 kHz: 333 Hz down to 71 Hz. */
  shortestPeriod: 12,
  longestPeriod: 56,
  /** Autocorrelation of the first voice, and of what is left once it is taken away. */
  firstStrength: 0.6,
  secondStrength: 0.5,
  /** What is left holds at least this share of the frame's power: less is the first voice's own unevenness. */
  leastLeft: 0.05,
  leastPower: 1e-7,
} as const

/** Looks for a second voice that speaks at the same time. */
export interface SecondVoiceMeter {
  push(samples: Float32Array): void
  /** Share of the voiced frames that held a second, unrelated pitch, 0 to 1. */
  share(): number
}

/**
 * For 16 kHz samples in [-1, 1]. The strongest pitch of a frame is cancelled by a comb (the frame less itself one period later);
 * a second person leaves something periodic behind whose period is no multiple or part of the first
 * (A. de Cheveigné, "Separation of concurrent harmonic sounds", J. Acoust. Soc. Am. 93, 1993).
 * A suspicion, for voices at once; a second person who only speaks in the pauses of the first is not found.
 */
export const createSecondVoiceMeter = (): SecondVoiceMeter => {
  const { frameSamples, hopSamples, decimation, longestPeriod } = SECOND_VOICE_SETTINGS
  const frame = new Float64Array(frameSamples + longestPeriod)
  let filled = 0
  let sum = 0
  let phase = 0
  let voiced = 0
  let both = 0
  return {
    push: (samples) => {
      for (const sample of samples) {
        sum += sample
        if (++phase < decimation) continue
        frame[filled++] = sum / decimation
        sum = 0
        phase = 0
        if (filled < frame.length) continue
        const found = pitchesOf(frame)
        if (found >= 1) voiced += 1
        if (found === 2) both += 1
        frame.copyWithin(0, hopSamples)
        filled = frame.length - hopSamples
      }
    },
    share: () => (voiced === 0 ? 0 : both / voiced),
  }
}

const { frameSamples: LENGTH, shortestPeriod, longestPeriod } = SECOND_VOICE_SETTINGS
const left = new Float64Array(LENGTH)

function pitchesOf(frame: Float64Array): 0 | 1 | 2 {
  const { firstStrength, secondStrength, leastLeft, leastPower } = SECOND_VOICE_SETTINGS
  const power = meanSquare(frame)
  if (power < leastPower) return 0
  const first = strongestPeriod(frame, frame.length)
  if (first.strength < firstStrength) return 0
  for (let i = 0; i < LENGTH; i++) left[i] = (frame[i] - frame[i + first.period]) / 2
  if (meanSquare(left) < leastLeft * power) return 1
  const second = strongestPeriod(left, LENGTH)
  return second.strength >= secondStrength && isUnrelated(first.period, second.period) ? 2 : 1
}

/** Neither near a multiple nor near a simple part of the other. */
function isUnrelated(a: number, b: number): boolean {
  const ratio = Math.max(a, b) / Math.min(a, b)
  return [1, 1.5, 2, 3].every((simple) => Math.abs(ratio / simple - 1) > 0.07)
}

function strongestPeriod(
  samples: Float64Array,
  length: number,
): { readonly period: number; readonly strength: number } {
  let best = { period: 0, strength: 0 }
  let before = -1
  let here = correlate(samples, length, shortestPeriod - 1)
  let after = correlate(samples, length, shortestPeriod)
  for (let lag = shortestPeriod; lag <= longestPeriod; lag++) {
    before = here
    here = after
    after = correlate(samples, length, lag + 1)
    // A little more for a short period: a voice correlates with itself at twice its period as well.
    const strength = here - 0.002 * (lag - shortestPeriod)
    if (here >= before && here >= after && strength > best.strength) best = { period: lag, strength }
  }
  return best
}

function correlate(samples: Float64Array, length: number, lag: number): number {
  let product = 0
  let early = 0
  let late = 0
  for (let i = 0; i + lag < length; i++) {
    product += samples[i] * samples[i + lag]
    early += samples[i] * samples[i]
    late += samples[i + lag] * samples[i + lag]
  }
  return early > 0 && late > 0 ? product / Math.sqrt(early * late) : 0
}

function meanSquare(samples: Float64Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return sum / samples.length
}
