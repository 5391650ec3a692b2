import { createLevelMeter } from '../activity.ts'
import { withPauses, type Segment, type SpeechSegments } from './segments.ts'
import { createVoicingMeter } from '../voicing.ts'

const SAMPLE_RATE_HZ = 16_000
/** 20 ms, the frames of the level meter. */
const FRAME_SAMPLES = 320
const FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE_HZ

export const SEGMENT_SETTINGS = {
  /** A shorter silence is the closure of a consonant, not a pause. */
  shortestPauseSeconds: 0.2,
  /** A shorter sound between two silences is a click. */
  shortestSpeechSeconds: 0.08,
  /** Sound farther from any voice is a breath or a noise: no consonant lasts so long. */
  voiceReachSeconds: 0.16,
  /** As the level meter sorts frames (see voicing.ts). */
  voicedStrength: 0.5,
} as const

/**
 * Speech and pauses by level and voicing: frames louder than the room (see activity.ts) near a frame with voice. It tells breaths and
 * steady noise from speech, not a second speaker or a television; whispering has no segments. Where Silero can run, it tells more (see
 * speechDetector.ts).
 *
 * @param samples 16 kHz mono in [-1, 1].
 */
export const segmentByLevel = (samples: Float32Array): SpeechSegments => {
  const level = createLevelMeter()
  for (const sample of samples) level.push(sample)
  const { activeFromDbfs } = level.read()
  if (activeFromDbfs === null) return { speech: [], pauses: [] }
  const spoken = nearVoice(framesOf(samples, activeFromDbfs))
  const bridged = fillRuns(spoken, false, SEGMENT_SETTINGS.shortestPauseSeconds)
  return withPauses(runsOf(fillRuns(bridged, true, SEGMENT_SETTINGS.shortestSpeechSeconds), true))
}

interface Frame {
  readonly active: boolean
  readonly voiced: boolean
}

const framesOf = (samples: Float32Array, activeFromDbfs: number): Frame[] => {
  const voicing = createVoicingMeter()
  const frames: Frame[] = []
  for (let start = 0; start + FRAME_SAMPLES <= samples.length; start += FRAME_SAMPLES) {
    let energy = 0
    for (let i = start; i < start + FRAME_SAMPLES; i++) {
      voicing.push(samples[i])
      energy += samples[i] * samples[i]
    }
    const active = energy > 0 && 10 * Math.log10(energy / FRAME_SAMPLES) >= activeFromDbfs
    frames.push({ active, voiced: active && voicing.strength() >= SEGMENT_SETTINGS.voicedStrength })
  }
  return frames
}

const nearVoice = (frames: readonly Frame[]): boolean[] => {
  const reach = Math.round(SEGMENT_SETTINGS.voiceReachSeconds / FRAME_SECONDS)
  return frames.map(
    ({ active }, at) => active && frames.slice(Math.max(0, at - reach), at + reach + 1).some(({ voiced }) => voiced),
  )
}

/** Turns runs of `value` shorter than `seconds` into the other, but for those at either end. */
const fillRuns = (frames: readonly boolean[], value: boolean, seconds: number): boolean[] => {
  const filled = [...frames]
  for (const { from, to } of runsOf(frames, value)) {
    const [first, end] = [Math.round(from / FRAME_SECONDS), Math.round(to / FRAME_SECONDS)]
    if (to - from < seconds - FRAME_SECONDS / 2 && (value || (first > 0 && end < frames.length)))
      filled.fill(!value, first, end)
  }
  return filled
}

const runsOf = (frames: readonly boolean[], value: boolean): Segment[] => {
  const runs: Segment[] = []
  for (let first = 0; first < frames.length; first++) {
    if (frames[first] !== value) continue
    let end = first
    while (end < frames.length && frames[end] === value) end++
    runs.push({ from: first * FRAME_SECONDS, to: end * FRAME_SECONDS })
    first = end
  }
  return runs
}
