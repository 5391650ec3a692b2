import type { SpeechSegments } from './segments.ts'
import { SILERO_VAD, type SileroVad } from './sileroVad.ts'
import { createSpeechSegmenter, type SpeechReading } from './speechSegmenter.ts'

/** Finds the speech of one recording while it is made. Pushes are awaited one after the other. */
export interface SpeechDetector {
  /** @param samples 16 kHz mono in [-1, 1], pieces of any size. */
  push(samples: Float32Array): Promise<SpeechReading>
  segments(): SpeechSegments
}

/** Takes the network for itself: the recording before has ended. */
export function createSpeechDetector(vad: SileroVad): SpeechDetector {
  const segmenter = createSpeechSegmenter(SILERO_VAD.frameMs)
  vad.reset()
  return {
    async push(samples) {
      for (const probability of await vad.push(samples)) segmenter.push(probability)
      return segmenter.read()
    },
    segments: () => segmenter.segments(),
  }
}

/** Of a whole recording: 16 kHz mono in [-1, 1]. */
export async function detectSpeech(vad: SileroVad, samples: Float32Array): Promise<SpeechSegments> {
  const detector = createSpeechDetector(vad)
  await detector.push(samples)
  return detector.segments()
}
