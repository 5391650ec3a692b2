/**
 * Value of a sampled, band-limited function between its samples: the sum of `depth` neighbours on each side weighted by a sinc under
 * a raised cosine (as Praat interpolates, Boersma 1993, section 4).
 *
 * @param at in samples from the first, within the list.
 */
export const interpolate = (values: Float64Array, at: number, depth: number): number => {
  const left = Math.floor(at)
  if (at === left) return values[left]
  const reach = Math.min(depth, left + 1, values.length - 1 - left)
  if (reach < 1) return values[Math.round(at)]
  const side = (first: number, step: -1 | 1, distance: number): number => {
    let sum = 0
    let angle = Math.PI * distance
    let halfSine = 0.5 * Math.sin(angle)
    // The cosine of the taper by rotation: one a neighbour would be most of the time of a pitch analysis.
    const turn = Math.PI / (distance + reach)
    const turnCos = Math.cos(turn)
    const turnSin = Math.sin(turn)
    let cos = Math.cos(turn * distance)
    let sin = Math.sin(turn * distance)
    for (let k = 0; k < reach; k++) {
      sum += ((values[first + step * k] * halfSine) / angle) * (1 + cos)
      angle += Math.PI
      halfSine = -halfSine
      const nextCos = cos * turnCos - sin * turnSin
      sin = sin * turnCos + cos * turnSin
      cos = nextCos
    }
    return sum
  }
  return side(left, -1, at - left) + side(left + 1, 1, left + 1 - at)
}

/** The largest interpolated value within one sample of the local maximum at `index`, by golden-section search (Kiefer 1953). */
export const improveMaximum = (
  values: Float64Array,
  index: number,
  depth: number,
): { readonly at: number; readonly value: number } => {
  const ratio = (Math.sqrt(5) - 1) / 2
  let low = index - 1
  let high = index + 1
  let left = high - ratio * (high - low)
  let right = low + ratio * (high - low)
  let atLeft = interpolate(values, left, depth)
  let atRight = interpolate(values, right, depth)
  while (high - low > 1e-6) {
    if (atLeft >= atRight) {
      high = right
      right = left
      atRight = atLeft
      left = high - ratio * (high - low)
      atLeft = interpolate(values, left, depth)
    } else {
      low = left
      left = right
      atLeft = atRight
      right = low + ratio * (high - low)
      atRight = interpolate(values, right, depth)
    }
  }
  const at = (low + high) / 2
  return { at, value: interpolate(values, at, depth) }
}
