import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Cell } from '../csv.ts'
import type { RecordingTable } from './recordingTables.ts'

export type ColumnType = 'DOUBLE' | 'INT32' | 'STRING'
type Rows = RecordingTable['rows']

/** A column of numbers is a DOUBLE or, where all are whole, an INT32; any other is a STRING. */
export function columnType(rows: Rows, column: string): ColumnType {
  const values = rows.map((row) => row[column] ?? null).filter((value) => value !== null)
  if (values.length === 0 || !values.every((value) => typeof value === 'number')) return 'STRING'
  return values.every((value) => Number.isInteger(value)) ? 'INT32' : 'DOUBLE'
}

export const asType = (value: Cell, type: ColumnType): Cell =>
  value !== null && type === 'STRING' ? String(value) : value

/**
 * A table without audio as one Parquet file, whole in memory as its CSV would be.
 *
 * @param typeOf where a column's type is not to be seen from its values.
 */
export const parquetTable = (
  { columns, rows }: RecordingTable,
  typeOf: (column: string) => ColumnType = (column) => columnType(rows, column),
): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map((name) => {
        const type = typeOf(name)
        return { name, type, data: rows.map((row) => asType(row[name] ?? null, type)) }
      }),
      createdBy: 'Spira Edge',
    }),
  )
