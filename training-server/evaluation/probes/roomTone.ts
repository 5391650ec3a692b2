const SAMPLE_RATE_HZ = 16_000
/** 100 ms: shorter than the pauses of fluent speech. */
const SEGMENT_SAMPLES = 1600
const STEP_SAMPLES = 320
/** Half a second of everybody: a longer quiet of who pauses more would itself tell the class. */
const SEGMENTS = 5
/** As quiet against the whole recording, in power: otherwise it is soft speech. */
const QUIET_SHARE = 0.1
const FADE_SAMPLES = 80

/**
 * What a recording holds besides speech: its five quietest tenths of a second, apart from each other, in their order and level.
 *
 * @param samples 16 kHz mono. @returns 0.5 s less the cross-fades, or null where there is not so much quiet (or it is digital
 * silence, which is no room).
 */
export function roomTone(samples: Float32Array): Float32Array | null {
  const whole = power(samples, 0, samples.length)
  const candidates: { start: number; power: number }[] = []
  for (let start = 0; start + SEGMENT_SAMPLES <= samples.length; start += STEP_SAMPLES) {
    const own = power(samples, start, start + SEGMENT_SAMPLES)
    if (own > 0 && own <= QUIET_SHARE * whole) candidates.push({ start, power: own })
  }
  candidates.sort((a, b) => a.power - b.power || a.start - b.start)
  const chosen: number[] = []
  for (const { start } of candidates) {
    if (chosen.every((other) => Math.abs(other - start) >= SEGMENT_SAMPLES)) chosen.push(start)
    if (chosen.length === SEGMENTS)
      return joined(
        samples,
        chosen.sort((a, b) => a - b),
      )
  }
  return null
}

/** Segments after one another, each faded into the next over 5 ms, so that no click is heard. */
function joined(samples: Float32Array, starts: readonly number[]): Float32Array {
  const stride = SEGMENT_SAMPLES - FADE_SAMPLES
  const tone = new Float32Array(stride * starts.length + FADE_SAMPLES)
  for (const [index, start] of starts.entries()) {
    for (let at = 0; at < SEGMENT_SAMPLES; at += 1) {
      const fadeIn = index === 0 ? 1 : Math.min(1, at / FADE_SAMPLES)
      const fadeOut = index === starts.length - 1 ? 1 : Math.min(1, (SEGMENT_SAMPLES - at) / FADE_SAMPLES)
      const to = index * stride + at
      tone[to] = (tone[to] ?? 0) + fadeIn * fadeOut * (samples[start + at] ?? 0)
    }
  }
  return tone
}

/** Mean square from `from` to before `to`. */
export function power(samples: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let at = from; at < to; at += 1) sum += (samples[at] ?? 0) ** 2
  return sum / (to - from)
}

export const ROOM_TONE_SECONDS = (SEGMENTS * SEGMENT_SAMPLES) / SAMPLE_RATE_HZ
