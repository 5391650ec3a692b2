import type { RecordingRow } from '@spira/shared/protocol/consoleApi.ts'
import { flexRender, useTable } from '@tanstack/react-table'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useText } from '../catalogue.ts'
import { tableFeature } from '../frame/DataTable.tsx'
import { recordingColumns } from './columns.tsx'
import styles from './RecordingsTable.module.css'

interface RecordingsTableProps {
  readonly rows: RecordingRow[]
  readonly onOpen: (row: RecordingRow) => void
  /** The last rows came into view. */
  readonly onEnd: () => void
}

/** Every row has this height, so that the scroll bar tells the truth about thousands. */
const ROW_HEIGHT_PX = 58

/** Recordings as a table of which only the rows in view exist; the page itself scrolls. */
export function RecordingsTable({ rows, onOpen, onEnd }: RecordingsTableProps) {
  const text = useText()
  const frame = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => setTop(frame.current?.offsetTop ?? 0), [])
  const columns = useMemo(() => [...recordingColumns(text, onOpen)], [text, onOpen])
  const table = useTable({ features: tableFeature, columns, data: rows, getRowId: (row) => row.id })
  // oxlint-disable-next-line react/incompatible-library -- about the React Compiler, which is not used here
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 12,
    scrollMargin: top,
  })
  const shown = virtualizer.getVirtualItems()
  const first = shown[0]?.index ?? 0
  const last = shown.at(-1)?.index ?? -1
  useEffect(() => {
    if (last >= rows.length - 1) onEnd()
  }, [last, rows.length, onEnd])

  const all = table.getRowModel().rows
  return (
    <div className={styles.frame} ref={frame}>
      <table className={styles.table} aria-rowcount={rows.length + 1} data-testid="recordings-table">
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col" data-column={header.column.id}>
                  {flexRender(header.column.columnDef.header, header.getContext())}
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody>
          <Spacer rows={first} />
          {all.slice(first, last + 1).map((row) => (
            <tr key={row.id} aria-rowindex={row.index + 2} data-testid="recording-row">
              {row.getAllCells().map((cell) => (
                <td key={cell.id} data-column={cell.column.id}>
                  {flexRender(cell.column.columnDef.cell, cell.getContext())}
                </td>
              ))}
            </tr>
          ))}
          <Spacer rows={rows.length - last - 1} />
        </tbody>
      </table>
    </div>
  )
}

/** Stands for the rows that are not in view. */
const Spacer = ({ rows }: { rows: number }) =>
  rows > 0 && <tr className={styles.spacer} style={{ height: rows * ROW_HEIGHT_PX }} aria-hidden />
