/** Orthonormal DCT-II of `size` values at `offset` of `values`; the first `count` coefficients go to `out` at `outOffset`. */
export type Dct = (values: Float64Array, offset: number, out: Float32Array, outOffset: number) => void

/**
 * Even coefficients see only x[i] + x[size-1-i], odd ones only the difference: half the products of the plain matrix.
 * Source: torchaudio `create_dct(norm="ortho")`, in float64.
 */
export const createDct = (size: number, count: number): Dct => {
  const half = Math.ceil(size / 2)
  const matrix = new Float64Array(count * half)
  for (let k = 0; k < count; k++) {
    const scale = k === 0 ? Math.sqrt(1 / size) : Math.sqrt(2 / size)
    for (let i = 0; i < half; i++) {
      // The middle value of an odd size is its own mirror and would be counted twice.
      const weight = 2 * i + 1 === size ? 0.5 : 1
      matrix[k * half + i] = weight * scale * Math.cos((Math.PI * k * (2 * i + 1)) / (2 * size))
    }
  }
  const sums = new Float64Array(half)
  const differences = new Float64Array(half)
  return (values, offset, out, outOffset) => {
    for (let i = 0; i < half; i++) {
      const low = values[offset + i]
      const high = values[offset + size - 1 - i]
      sums[i] = low + high
      differences[i] = low - high
    }
    for (let k = 0, row = 0; k < count; k++, row += half) {
      const folded = k % 2 === 0 ? sums : differences
      let total = 0
      for (let i = 0; i < half; i++) total += folded[i] * matrix[row + i]
      out[outOffset + k] = total
    }
  }
}
