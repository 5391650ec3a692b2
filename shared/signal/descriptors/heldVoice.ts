import { withPauses, type Segment, type SpeechSegments } from '../speech/segments.ts'
import { SEGMENTER_SETTINGS } from '../speech/speechSegmenter.ts'
import { f0At, type PitchTrack } from './pitch.ts'

/**
 * Lets each segment of speech go on while its voice is held: Silero was trained on running speech and takes a vowel for no speech
 * after about a second, where phonetics measures how long it can be held.
 */
export function withHeldVoice({ speech }: SpeechSegments, pitch: PitchTrack): SpeechSegments {
  const held: Segment[] = []
  for (const { from, to } of speech) {
    const until = Math.max(to, endOfVoice(pitch, to))
    const before = held.at(-1)
    const joins = before !== undefined && (from - before.to) * 1000 < SEGMENTER_SETTINGS.shortestPauseMs
    if (joins) held[held.length - 1] = { from: before.from, to: Math.max(until, before.to) }
    else held.push({ from, to: until })
  }
  return withPauses(held)
}

const endOfVoice = (pitch: PitchTrack, time: number): number => {
  let end = time
  // Beyond the last frame there is no f0.
  while (f0At(pitch, end) !== null) end += pitch.timeStep
  return end
}
