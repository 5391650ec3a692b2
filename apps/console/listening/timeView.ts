/** The part of a recording that is in view, in seconds. */
export interface TimeView {
  readonly from: number
  readonly to: number
}

/** Closer than this nothing more is to be seen, s. */
const CLOSEST_SECONDS = 0.05

/** Makes what is in view `factor` times as long, around a moment that stays where it is. */
export function zoom({ from, to }: TimeView, factor: number, around: number, duration: number): TimeView {
  const length = Math.min(duration, Math.max(CLOSEST_SECONDS, (to - from) * factor))
  const share = to > from ? (around - from) / (to - from) : 0.5
  return within({ from: around - share * length, to: around + (1 - share) * length }, duration)
}

/** Moves what is in view by seconds, as far as the recording goes. */
export const pan = ({ from, to }: TimeView, seconds: number, duration: number): TimeView =>
  within({ from: from + seconds, to: to + seconds }, duration)

/** The view that shows a moment: the same one while it is in it, else one that begins a little before it. */
export function showing(view: TimeView, moment: number, duration: number): TimeView {
  if (moment >= view.from && moment <= view.to) return view
  const length = view.to - view.from
  return within({ from: moment - 0.1 * length, to: moment + 0.9 * length }, duration)
}

function within({ from, to }: TimeView, duration: number): TimeView {
  const length = Math.min(duration, to - from)
  const start = Math.min(Math.max(0, from), duration - length)
  return { from: start, to: start + length }
}

/** Seconds between the marks of a time axis: 1, 2 or 5 times a power of ten, at most `most` of them. */
export function tickSeconds({ from, to }: TimeView, most: number): number {
  const least = (to - from) / Math.max(1, most)
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5, 10].find((times) => times * power >= least) ?? 10) * power
}
