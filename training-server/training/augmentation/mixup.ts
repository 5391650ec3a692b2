import type { RandomStream } from '../randomStream.ts'

/**
 * For each sample of a batch, which other it is blended with and what share of itself it keeps. The share is drawn from
 * Beta(alpha, alpha), by Jöhnk's method (1964), which needs nothing but uniform numbers and fits alpha up to 1; the larger part
 * is always a sample's own.
 */
export function mixupPlan(count: number, alpha: number, random: RandomStream): { partner: number; share: number }[] {
  return Array.from({ length: count }, () => {
    const share = betaSample(alpha, random)
    return { partner: random.index(count), share: Math.max(share, 1 - share) }
  })
}

function betaSample(alpha: number, random: RandomStream): number {
  for (;;) {
    const [one = 0, other = 0] = random.uniform(2, 0, 1)
    const [x, y] = [one ** (1 / alpha), other ** (1 / alpha)]
    if (x + y > 0 && x + y <= 1) return x / (x + y)
  }
}

/** Blends `other` into `own`, in place. */
export function blend(own: Float32Array, other: Float32Array, share: number): void {
  for (let at = 0; at < own.length; at += 1) own[at] = share * (own[at] ?? 0) + (1 - share) * (other[at] ?? 0)
}
