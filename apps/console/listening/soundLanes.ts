/** The lanes below one another, each with its height in CSS pixels. */
const HEIGHTS = {
  wave: 92,
  spectrogram: 190,
  pitch: 74,
  segments: 22,
  relevance: 34,
  marks: 22,
} as const
export type Lane = keyof typeof HEIGHTS
const GAP = 6
const AXIS_HEIGHT = 22

/** Where each lane lies, CSS pixels from the top of the picture; without a score there is no lane for its course. */
export interface SoundLanes {
  readonly all: ReadonlyMap<Lane, { readonly top: number; readonly height: number }>
  /** Of the time axis below them. */
  readonly axisTop: number
  readonly height: number
}

export function soundLanes({ withRelevance }: { readonly withRelevance: boolean }): SoundLanes {
  const all = new Map<Lane, { top: number; height: number }>()
  let top = 0
  for (const [lane, height] of Object.entries(HEIGHTS) as [Lane, number][]) {
    if (lane === 'relevance' && !withRelevance) continue
    all.set(lane, { top, height })
    top += height + GAP
  }
  return { all, axisTop: top, height: top + AXIS_HEIGHT }
}
