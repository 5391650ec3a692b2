/** How a recording is cut for a network: SPIRA takes 4 s every 1 s. */
export interface WindowSpec {
  readonly seconds: number
  readonly hopSeconds: number
}

/** Window and hop in samples. @throws RangeError when either rounds to no sample. */
export const windowSamples = (
  spec: WindowSpec,
  sampleRateHz = 16_000,
): { readonly length: number; readonly hop: number } => {
  const length = Math.round(spec.seconds * sampleRateHz)
  const hop = Math.round(spec.hopSeconds * sampleRateHz)
  if (!(length > 0 && hop > 0))
    throw new RangeError(`A window of ${spec.seconds} s every ${spec.hopSeconds} s holds no sample`)
  return { length, hop }
}

/**
 * First sample of every window, the one rule of training and bedside. Windows start every `hopSeconds` while they fit whole. SPIRA dropped
 * what was left at the end; here, when samples are left, one more window ends exactly at the end of the signal (it overlaps the one before
 * by more than the hop asks). A signal shorter than one window has one window, at 0 (see `cutWindow`); an empty signal has none.
 */
export const windowStarts = (sampleCount: number, spec: WindowSpec, sampleRateHz = 16_000): number[] => {
  const { length, hop } = windowSamples(spec, sampleRateHz)
  if (sampleCount <= 0) return []
  if (sampleCount <= length) return [0]
  const last = sampleCount - length
  const starts = Array.from({ length: 1 + Math.floor(last / hop) }, (_, i) => i * hop)
  if (last % hop !== 0) starts.push(last)
  return starts
}

/**
 * `length` samples from `start`. A signal that ends earlier is repeated from its own beginning until the window is full: what is heard stays
 * this speaker in this room, where zeros would show the network an edge that no recording has.
 * @throws RangeError on an empty signal.
 */
export const cutWindow = (samples: Float32Array, start: number, length: number): Float32Array => {
  if (start + length <= samples.length) return samples.subarray(start, start + length)
  if (samples.length === 0) throw new RangeError('There are no samples to cut a window from')
  const window = new Float32Array(length)
  for (let i = 0; i < length; i++) window[i] = samples[(start + i) % samples.length]
  return window
}
