export interface Segment {
  /** Seconds from the start of the recording. */
  readonly from: number
  readonly to: number
}

export interface SpeechSegments {
  readonly speech: readonly Segment[]
  /** Silences between two segments of speech: what lies before the first and after the last is no pause. */
  readonly pauses: readonly Segment[]
}

/** @param speech in their order. */
export const withPauses = (speech: readonly Segment[]): SpeechSegments => ({
  speech,
  pauses: speech.slice(1).map(({ from }, at) => ({ from: speech[at].to, to: from })),
})

/** Seconds in all. */
export const totalSeconds = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { from, to }) => sum + to - from, 0)
