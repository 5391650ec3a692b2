export interface Trace {
  /** Interleaved min/max pairs in [-1, 1], oldest first. */
  readonly add: (pairs: Float32Array) => void
  /** Newest first; `back` counts pairs from the newest, 0. */
  readonly forEach: (visit: (low: number, high: number, back: number) => void) => void
}

/** The newest `capacity` min/max pairs of a sound; older ones give way. */
export function createTrace(capacity: number): Trace {
  const ring = new Float32Array(capacity * 2)
  let count = 0
  let next = 0
  return {
    add(pairs) {
      for (let i = 0; i + 1 < pairs.length; i += 2) {
        ring[next * 2] = pairs[i] ?? 0
        ring[next * 2 + 1] = pairs[i + 1] ?? 0
        next = (next + 1) % capacity
        count = Math.min(count + 1, capacity)
      }
    },
    forEach(visit) {
      for (let back = 0; back < count; back++) {
        const at = ((next - 1 - back + capacity) % capacity) * 2
        visit(ring[at] ?? 0, ring[at + 1] ?? 0, back)
      }
    },
  }
}
