/**
 * Pearson correlation of `recorded` with `source` at the best alignment. The microphone plays `source` in a loop from anywhere,
 * so every shift of the loop is tried: coarsely on short-time energy (10 ms), then sample by sample around the best.
 *
 * @param recorded what was captured, mono.
 * @param source one round of the loop, same sampling rate.
 */
export function bestCorrelation(recorded: Float32Array, source: Float32Array, sampleRateHz: number): number {
  const step = Math.round(sampleRateHz / 100)
  const recordedEnergy = energy(recorded, step)
  const sourceEnergy = energy(source, step)
  let coarse = 0
  let best = -1
  for (let shift = 0; shift < sourceEnergy.length; shift++) {
    const value = correlation(recordedEnergy, sourceEnergy, shift)
    if (value > best) [best, coarse] = [value, shift]
  }
  best = -1
  for (let shift = (coarse - 3) * step; shift <= (coarse + 3) * step; shift++)
    best = Math.max(best, correlation(recorded, source, (shift + source.length) % source.length))
  return best
}

function energy(samples: Float32Array, step: number): Float32Array {
  return Float32Array.from({ length: Math.floor(samples.length / step) }, (_, frame) => {
    let sum = 0
    for (let at = frame * step; at < (frame + 1) * step; at++) sum += (samples[at] ?? 0) ** 2
    return Math.sqrt(sum)
  })
}

function correlation(recorded: Float32Array, source: Float32Array, shift: number): number {
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0]
  const n = recorded.length
  for (let at = 0; at < n; at++) {
    const a = recorded[at] ?? 0
    const b = source[(at + shift) % source.length] ?? 0
    x += a
    y += b
    xx += a * a
    yy += b * b
    xy += a * b
  }
  return (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y))
}
