import type { Estimate } from './bootstrap.ts'

/** 95 % interval of a share (Wilson 1927): it has a width where the share is 0 or 1, too, and a bootstrap has none. */
export function wilson(share: number, count: number): Estimate {
  const z = 1.959963985
  const centre = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count)
  const half = (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2))
  return { value: share, low: centre - half, high: centre + half }
}
