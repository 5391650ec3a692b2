import type { RandomStream } from '../randomStream.ts'
import type { AugmentationRule } from './augmentation.ts'

/**
 * Hides stretches of time and groups of bands of one window, in place. What is hidden becomes the band's mean over the window,
 * so that a mask is no loud or silent event of its own, whatever the features' scale.
 *
 * @param window [frames, bins], the bins of a frame next to each other.
 */
export function specAugment(
  window: Float32Array,
  bins: number,
  { timeMasks, timeFrames, bandMasks, bands }: NonNullable<AugmentationRule['specAugment']>,
  random: RandomStream,
): void {
  const frames = window.length / bins
  const means = Float64Array.from({ length: bins }, (_, bin) => {
    let sum = 0
    for (let at = bin; at < window.length; at += bins) sum += window[at] ?? 0
    return sum / frames
  })
  const hide = (fromFrame: number, toFrame: number, fromBin: number, toBin: number) => {
    for (let frame = fromFrame; frame < toFrame; frame += 1) {
      for (let bin = fromBin; bin < toBin; bin += 1) window[frame * bins + bin] = means[bin] ?? 0
    }
  }
  for (let mask = 0; mask < timeMasks; mask += 1) {
    const [from, to] = stretch(frames, timeFrames, random)
    hide(from, to, 0, bins)
  }
  for (let mask = 0; mask < bandMasks; mask += 1) {
    const [from, to] = stretch(bins, bands, random)
    hide(0, frames, from, to)
  }
}

/** A stretch of 0 to `longest` within `length`, every length as likely as every other. */
function stretch(length: number, longest: number, random: RandomStream): [number, number] {
  const long = random.index(Math.min(longest, length) + 1)
  const from = random.index(length - long + 1)
  return [from, from + long]
}
