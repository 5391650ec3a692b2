/** Inclusive, as HTTP counts. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The Range header of a request for `size` bytes (RFC 9110, section 14): one range, from a start or of the last bytes. Null:
 * send everything, which is also the answer to what is not understood, as the section asks.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return null
  if (first === '')
    return last === '0' || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - Number(last)), end: size - 1 }
  const [start, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)]
  if (start >= size) return 'unsatisfiable'
  return start > end ? null : { start, end }
}
