import type { Assessment } from '../protocol/records.ts'

/** Cells of half a second. */
export const CELL_SECONDS = 0.5
/** Windows that differ by less all say the same. */
const LEAST_SPREAD = 0.05
/** The upper part of the spread between the calmest and the most telling moment. */
const TELLING_FROM = 0.7

export interface Relevance {
  /** Mean probability of the windows over each cell of CELL_SECONDS. */
  readonly cells: readonly number[]
  /** Where it is highest, in seconds; empty when every moment says the same. */
  readonly telling: readonly { readonly from: number; readonly to: number }[]
}

/**
 * Which seconds raised the score: each moment by the windows that heard it. As fine as the windows overlap (1 s), no finer: a window's score
 * is of all its sound.
 */
export function relevantSeconds(
  windows: Assessment['windows'],
  windowSeconds: number,
  durationSeconds: number,
): Relevance {
  const count = Math.max(1, Math.ceil(durationSeconds / CELL_SECONDS))
  const cells = Array.from({ length: count }, (_, cell) => {
    const middle = (cell + 0.5) * CELL_SECONDS
    const over = windows.filter(({ startMs }) => startMs / 1000 <= middle && middle < startMs / 1000 + windowSeconds)
    const heard = over.length > 0 ? over : windows
    return heard.reduce((sum, { probability }) => sum + probability, 0) / heard.length
  })
  const [low, high] = [Math.min(...cells), Math.max(...cells)]
  if (high - low < LEAST_SPREAD) return { cells, telling: [] }
  const limit = low + TELLING_FROM * (high - low)
  const telling: { from: number; to: number }[] = []
  for (const [cell, value] of cells.entries()) {
    if (value < limit) continue
    const [from, to] = [cell * CELL_SECONDS, Math.min(durationSeconds, (cell + 1) * CELL_SECONDS)]
    const last = telling.at(-1)
    if (last !== undefined && last.to === from) last.to = to
    else telling.push({ from, to })
  }
  return { cells, telling }
}
