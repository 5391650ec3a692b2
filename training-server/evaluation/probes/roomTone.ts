/**
 * 25 ms, an eighth of a second in all, of everybody: so much quiet there is between the syllables of fluent speech too. Longer
 * stretches hold ends of words in who pauses less, and pauses are a sign of the disease, not of the room: on simulated
 * breathlessness without any ward the level of half a second told the classes apart (ROC-AUC 0.26 to 0.34 in three of four
 * voices), that of an eighth hardly (0.37 to 0.56).
 */
const SEGMENT_SAMPLES = 400
const STEP_SAMPLES = 160
const SEGMENTS = 5
/** Of the power of the whole recording: about 5 dB below it. A stricter bound would leave out the loudest wards, which matter most. */
const QUIET_SHARE = 0.3
const FADE_SAMPLES = 80

/**
 * What a recording holds besides speech: its five quietest fortieths of a second, apart from each other, in their order and level.
 *
 * @param samples 16 kHz mono. @returns 0.125 s less the cross-fades, or null where there is not so much quiet (or it is digital
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
