const SAMPLE_RATE_HZ = 16_000
/** Periods outside these bounds, in seconds, are no periods of a voice. */
const SHORTEST_PERIOD = 1e-4
const LONGEST_PERIOD = 0.02
/** Neighbouring periods and amplitudes that differ more are a gap or an error of the pulses, not perturbation. */
const LARGEST_PERIOD_FACTOR = 1.3
const LARGEST_AMPLITUDE_FACTOR = 1.6
/** The part of each period around its pulse whose amplitude counts. */
const AMPLITUDE_REACH = 0.2

const factor = (a: number, b: number): number => (a > b ? a / b : b / a)
const isPeriod = (seconds: number): boolean => seconds >= SHORTEST_PERIOD && seconds <= LONGEST_PERIOD
const areNeighbours = (before: number, after: number): boolean =>
  isPeriod(before) && isPeriod(after) && factor(before, after) <= LARGEST_PERIOD_FACTOR

/**
 * Jitter (local): the mean difference of neighbouring periods as a share of the mean period; null with fewer than two periods.
 * As Praat's "Get jitter (local)" with its defaults.
 *
 * @param pulses seconds, rising.
 */
export const jitterLocal = (pulses: Float64Array): number | null => {
  const periods = pulses.slice(1).map((time, at) => time - pulses[at])
  let sum = 0
  let pairs = 0
  for (let at = 1; at < periods.length; at++) {
    if (!areNeighbours(periods[at - 1], periods[at])) continue
    sum += Math.abs(periods[at] - periods[at - 1])
    pairs++
  }
  if (pairs === 0) return null
  const regular = periods.filter((period, at) => {
    const beside = [periods[at - 1], periods[at + 1]].filter((other) => other !== undefined)
    // A period that fits neither of two neighbours is an error of the pulses; at an end one neighbour cannot tell.
    return (
      isPeriod(period) && (beside.length < 2 || beside.some((other) => factor(period, other) <= LARGEST_PERIOD_FACTOR))
    )
  })
  const meanPeriod = regular.reduce((total, period) => total + period, 0) / regular.length
  return sum / pairs / meanPeriod
}

/**
 * Shimmer (local): the mean difference of neighbouring periods' amplitudes as a share of the mean amplitude; null with fewer than two.
 * An amplitude is the root mean square under a Hann window around the pulse, as Praat's "Get shimmer (local)" takes it.
 *
 * @param samples 16 kHz mono.
 */
export const shimmerLocal = (samples: Float32Array, pulses: Float64Array): number | null => {
  const peaks: { readonly time: number; readonly amplitude: number }[] = []
  for (let at = 1; at < pulses.length - 1; at++) {
    const before = pulses[at] - pulses[at - 1]
    const after = pulses[at + 1] - pulses[at]
    if (!areNeighbours(before, after)) continue
    const amplitude = windowedRms(samples, pulses[at], AMPLITUDE_REACH * before, AMPLITUDE_REACH * after)
    if (amplitude !== null) peaks.push({ time: pulses[at], amplitude })
  }
  let sum = 0
  let pairs = 0
  for (let at = 1; at < peaks.length; at++) {
    const [one, other] = [peaks[at - 1], peaks[at]]
    if (!isPeriod(other.time - one.time)) continue
    if (factor(one.amplitude, other.amplitude) > LARGEST_AMPLITUDE_FACTOR) continue
    sum += Math.abs(one.amplitude - other.amplitude)
    pairs++
  }
  if (pairs === 0) return null
  const mean = peaks.reduce((total, { amplitude }) => total + amplitude, 0) / peaks.length
  return sum / pairs / mean
}

const windowedRms = (samples: Float32Array, middle: number, left: number, right: number): number | null => {
  const first = Math.max(0, Math.ceil((middle - left) * SAMPLE_RATE_HZ - 0.5))
  const last = Math.min(samples.length - 1, Math.floor((middle + right) * SAMPLE_RATE_HZ - 0.5))
  if (last - first < 2) return null
  let energy = 0
  let weight = 0
  for (let i = first; i <= last; i++) {
    const offset = (i + 0.5) / SAMPLE_RATE_HZ - middle
    const window = 0.5 + 0.5 * Math.cos((Math.PI * offset) / (offset < 0 ? left : right))
    energy += (samples[i] * window) ** 2
    weight += window * window
  }
  return Math.sqrt(energy / weight)
}
