import { f0At, voicedStretches, type PitchTrack } from './pitch.ts'

const SAMPLE_RATE_HZ = 16_000
/** Where the next pulse is looked for, in periods. */
const NEAREST = 0.8
const FARTHEST = 1.25
/** Least likeness of two neighbouring periods; more at a stretch's end, where voicing fades. */
const LEAST_CORRELATION = 0.3
const LEAST_CORRELATION_AT_END = 0.7
/** Least peak of a period as a share of the recording's. */
const LEAST_PEAK = 0.01
const LEAST_PEAK_AT_END = 0.023333

/**
 * Times in seconds of one pulse a period of the voice: from the highest peak in the middle of each voiced stretch outwards, each
 * next where the waveform is most like the period before, as Praat's "To PointProcess (cc)" does it.
 *
 * @param samples 16 kHz mono.
 */
export const glottalPulses = (samples: Float32Array, pitch: PitchTrack): Float64Array => {
  const globalPeak = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)
  const pulses: number[] = []
  let lastOnRight = -Infinity
  for (const { from, to } of voicedStretches(pitch, samples.length / SAMPLE_RATE_HZ)) {
    const middle = (from + to) / 2
    const f0 = f0At(pitch, middle)
    if (f0 === null) continue
    const first = extremum(samples, middle - 0.5 / f0, middle + 0.5 / f0)
    pulses.push(first)
    const walk = (direction: -1 | 1): void => {
      let time = first
      for (let hz = f0At(pitch, time); hz !== null; hz = f0At(pitch, time)) {
        const period = 1 / hz
        const [near, far] = [time + direction * NEAREST * period, time + direction * FARTHEST * period]
        const match = mostAlike(samples, time, period, Math.min(near, far), Math.max(near, far))
        time = match === null ? time + direction * period : match.time
        const correlation = match?.correlation ?? -1
        const peak = match?.peak ?? 0
        const beyond = direction === -1 ? time < from : time > to
        const accepted = beyond
          ? correlation > LEAST_CORRELATION_AT_END && peak > LEAST_PEAK_AT_END * globalPeak
          : correlation > LEAST_CORRELATION && (peak === 0 || peak > LEAST_PEAK * globalPeak)
        // A stretch's first pulses must not repeat the last of the stretch before.
        if (accepted && (direction === 1 || time - lastOnRight > NEAREST * period)) pulses.push(time)
        if (accepted && direction === 1) lastOnRight = time
        if (beyond) return
      }
    }
    walk(-1)
    walk(1)
  }
  return Float64Array.from(pulses).sort()
}

/** Time of the sample farthest from 0 in [from, to], refined by a parabola. */
const extremum = (samples: Float32Array, from: number, to: number): number => {
  const first = Math.max(0, Math.floor(from * SAMPLE_RATE_HZ - 0.5))
  const last = Math.min(samples.length - 1, Math.ceil(to * SAMPLE_RATE_HZ - 0.5))
  let at = first
  for (let i = first; i <= last; i++) if (Math.abs(samples[i]) > Math.abs(samples[at])) at = i
  if (at === first || at === last) return (at + 0.5) / SAMPLE_RATE_HZ
  const [before, here, after] = [samples[at - 1], samples[at], samples[at + 1]]
  return (at + 0.5 + (0.5 * (after - before)) / (2 * here - before - after)) / SAMPLE_RATE_HZ
}

/** Where in [from, to] the period around it is most like the one around `time`; null where none is. */
const mostAlike = (
  samples: Float32Array,
  time: number,
  period: number,
  from: number,
  to: number,
): { time: number; correlation: number; peak: number } | null => {
  const half = 0.5 * period
  const first = Math.round((time - half) * SAMPLE_RATE_HZ - 0.5)
  const last = Math.round((time + half) * SAMPLE_RATE_HZ - 0.5)
  const low = Math.floor((from - half) * SAMPLE_RATE_HZ - 0.5)
  const high = Math.ceil((to - half) * SAMPLE_RATE_HZ - 0.5)
  // The place before the first counts as 0, so that it is the best where all that follow fall from there; the last place is never the best.
  // A peak is that of the place after. Both as in Praat: what follows in noise hangs on it.
  const correlations = [0]
  const peaks = [0]
  for (let other = low; other <= high; other++) {
    let [product, ours, theirs, peak] = [0, 0, 0, 0]
    for (let i = first, j = other; i <= last; i++, j++) {
      if (i < 0 || j < 0 || i >= samples.length || j >= samples.length) continue
      const [a, b] = [samples[i], samples[j]]
      product += a * b
      ours += a * a
      theirs += b * b
      peak = Math.max(peak, Math.abs(b))
    }
    correlations.push(product === 0 ? 0 : product / Math.sqrt(ours * theirs))
    peaks.push(peak)
  }
  let best = -1
  for (let at = 0; at < correlations.length - 1; at++) {
    const here = correlations[at]
    if (here < (correlations[at - 1] ?? 0) || here < correlations[at + 1]) continue
    if (best === -1 || here > correlations[best]) best = at
  }
  if (best === -1) return null
  const [before, here, after] = [correlations[best - 1] ?? 0, correlations[best], correlations[best + 1]]
  const curvature = 2 * here - before - after
  const slope = 0.5 * (after - before)
  const shift = curvature === 0 ? 0 : slope / curvature
  return {
    time: time + (low + best - 1 + shift - first) / SAMPLE_RATE_HZ,
    correlation: here + (curvature === 0 ? 0 : (0.5 * slope * slope) / curvature),
    peak: peaks[best + 1],
  }
}
