import { withPauses, type Segment, type SpeechSegments } from './segments.ts'

/**
 * Thresholds as Silero's own `get_speech_timestamps`; the shortest pause is the one that counted the pauses of simulated
 * participants best (docs/adr/0006): shorter silences are the closures of consonants.
 */
export const SEGMENTER_SETTINGS = {
  /** A frame from this probability on begins speech. */
  speechFrom: 0.5,
  /** A frame below it may end speech; between the two, what was goes on. */
  silenceBelow: 0.35,
  shortestPauseMs: 200,
  /** Shorter speech between two pauses is a click. */
  shortestSpeechMs: 100,
} as const

/** What is known of the speech so far. */
export interface SpeechReading {
  /** Speech heard, pauses left out. */
  readonly speechMs: number
  readonly speaking: boolean
}

/** Turns the probability of each frame into segments of speech. No clock, no samples, no network. */
export interface SpeechSegmenter {
  /** @param probability that the next frame is speech. */
  push(probability: number): void
  read(): SpeechReading
  segments(): SpeechSegments
}

/** After the frame processor of ricky0123/vad: speech ends where the first quiet frame was, once the silence has lasted. */
export function createSpeechSegmenter(frameMs: number): SpeechSegmenter {
  const { speechFrom, silenceBelow, shortestPauseMs, shortestSpeechMs } = SEGMENTER_SETTINGS
  const ended: Segment[] = []
  let frames = 0
  let startedAt: number | null = null
  let quietSince: number | null = null

  const segment = (from: number, to: number): Segment[] =>
    (to - from) * frameMs >= shortestSpeechMs ? [{ from: (from * frameMs) / 1000, to: (to * frameMs) / 1000 }] : []
  const open = (): Segment[] => (startedAt === null ? [] : segment(startedAt, quietSince ?? frames))
  const all = (): Segment[] => [...ended, ...open()]

  return {
    push(probability) {
      if (probability >= speechFrom) {
        startedAt ??= frames
        quietSince = null
      } else if (startedAt !== null && probability < silenceBelow) {
        quietSince ??= frames
        if ((frames + 1 - quietSince) * frameMs >= shortestPauseMs) {
          ended.push(...segment(startedAt, quietSince))
          startedAt = null
          quietSince = null
        }
      }
      frames += 1
    },
    read: () => ({
      speechMs: Math.round(all().reduce((sum, { from, to }) => sum + (to - from) * 1000, 0)),
      speaking: startedAt !== null,
    }),
    segments: () => withPauses(all()),
  }
}
