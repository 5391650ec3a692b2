import type { ColumnDef, RowData } from '@tanstack/react-table'
import { flexRender, tableFeatures, useTable } from '@tanstack/react-table'
import styles from './DataTable.module.css'
import { ScrollRegion } from './ScrollRegion.tsx'

/** Tables here show the server's order and filters: none of the optional features is needed. */
export const tableFeature = tableFeatures({})
export type TableFeature = typeof tableFeature
export type Column<Row extends RowData> = ColumnDef<TableFeature, Row>

interface DataTableProps<Row extends RowData> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowId: (row: Row) => string
  /** Columns by id that a narrow screen goes without. */
  readonly wideOnly?: readonly string[]
  readonly rowTestId?: string
}

/** A table of modest length; long ones are virtual (RecordingsTable). */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowId, wideOnly = [], rowTestId } = props
  const table = useTable({ features: tableFeature, columns: [...columns], data: [...rows], getRowId: rowId })
  const width = (column: string) => (wideOnly.includes(column) ? 'wide' : undefined)
  return (
    <ScrollRegion className={styles.frame} label={label}>
      <table className={styles.table}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col" data-shown={width(header.column.id)}>
                  {flexRender(header.column.columnDef.header, header.getContext())}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} data-testid={rowTestId}>
              {row.getAllCells().map((cell) => (
                <td key={cell.id} data-shown={width(cell.column.id)}>
                  {flexRender(cell.column.columnDef.cell, cell.getContext())}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
