import type { Cell } from '../csv.ts'

/** NumPy's format 1.0 (numpy.lib.format) of a matrix: little-endian float32, C order. */
export const npyMatrix = (values: Float32Array, shape: readonly [rows: number, columns: number]): Uint8Array =>
  Buffer.concat([
    npyHead(`'<f4'`, `${shape[0]}, ${shape[1]}`),
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  ])

/**
 * The same of a structured array, which pandas.DataFrame takes as it is: the first column a key in ASCII, the others float64, NaN where
 * there is no value.
 */
export function npyRecords(
  key: string,
  columns: readonly string[],
  rows: readonly Readonly<Record<string, Cell>>[],
): Uint8Array {
  const keyBytes = Math.max(1, ...rows.map((row) => String(row[key]).length))
  const size = keyBytes + 8 * columns.length
  const body = Buffer.alloc(size * rows.length)
  for (const [index, row] of rows.entries()) {
    body.write(String(row[key]), index * size, 'latin1')
    for (const [place, column] of columns.entries()) {
      const value = row[column]
      body.writeDoubleLE(typeof value === 'number' ? value : Number.NaN, index * size + keyBytes + 8 * place)
    }
  }
  const fields = [`('${key}', '|S${keyBytes}')`, ...columns.map((column) => `('${column}', '<f8')`)]
  return Buffer.concat([npyHead(`[${fields.join(', ')}]`, `${rows.length},`), body])
}

/** Bytes of the head of a matrix as ours are: magic, version, length and description, up to a whole 64. */
export const NPY_HEAD_BYTES = 128

function npyHead(type: string, shape: string): Buffer {
  const description = `{'descr': ${type}, 'fortran_order': False, 'shape': (${shape}), }`
  const padded = description.padEnd(Math.ceil((10 + description.length + 1) / 64) * 64 - 11) + '\n'
  const head = Buffer.alloc(10)
  head.write('\u0093NUMPY', 'latin1')
  head.writeUInt8(1, 6)
  head.writeUInt16LE(padded.length, 8)
  return Buffer.concat([head, Buffer.from(padded)])
}
