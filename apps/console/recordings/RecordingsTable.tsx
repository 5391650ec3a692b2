import { judgesByEar, type ShownRow } from '@spira/shared/protocol/annotatorSight.ts'
import { useDocumentTop } from '@spira/shared/ui/useDocumentTop.ts'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, useCallback, useEffect, useRef } from 'react'
import { useRole } from '../account/session.ts'
import { useText } from '../catalogue.ts'
import { ANNOTATOR_COLUMNS, type Column, COLUMNS } from './columns.tsx'
import styles from './RecordingsTable.module.css'
import type { WindowedRows } from './useWindowedRows.ts'

/** Every row has this height, so that the scroll bar tells the truth about 100,000. */
const ROW_HEIGHT_PX = 58
/** Read ahead by the rows that a fast wheel passes in the time of a request. */
const OVERSCAN = 16
/** Further rows whose page is fetched before they come near. */
const FETCH_AHEAD = 100

/** Recordings as a table of which only the rows near the view exist; the page itself scrolls. Arrow keys go from row to row. */
export function RecordingsTable({
  total,
  rowAt,
  show,
  isOld,
}: Pick<WindowedRows, 'total' | 'rowAt' | 'show'> & { isOld: boolean }) {
  const text = useText()
  const columns = judgesByEar(useRole()) ? ANNOTATOR_COLUMNS : COLUMNS
  const frame = useRef<HTMLDivElement>(null)
  const top = useDocumentTop(frame)
  // oxlint-disable-next-line react/incompatible-library -- about the React Compiler, which is not used here
  const virtualizer = useWindowVirtualizer({
    count: total,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: OVERSCAN,
    scrollMargin: top,
  })
  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? -1
  useEffect(() => show(Math.max(0, first - FETCH_AHEAD), last + FETCH_AHEAD), [show, first, last])

  const goTo = useCallback(
    (index: number) => {
      virtualizer.scrollToIndex(index, { align: 'auto' })
      const focus = (tries: number): void => {
        const link = frame.current?.querySelector<HTMLElement>(`tr[data-index="${index}"] a`)
        if (link !== null && link !== undefined) link.focus({ preventScroll: true })
        else if (tries > 0) requestAnimationFrame(() => focus(tries - 1))
      }
      focus(30)
    },
    [virtualizer],
  )
  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.target instanceof Element ? event.target.closest('tr[data-index]') : null
    if (row === null || event.altKey || event.ctrlKey || event.metaKey) return
    const at = Number(row.getAttribute('data-index'))
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: total - 1 }[
      event.key
    ]
    if (to === undefined) return
    event.preventDefault()
    goTo(Math.min(Math.max(to, 0), total - 1))
  }

  return (
    <div className={styles.frame} ref={frame} data-old={isOld || undefined}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys of the links within, which move from row to row */}
      <table
        className={styles.table}
        aria-rowcount={total + 1}
        aria-busy={isOld}
        onKeyDown={onKeyDown}
        data-testid="recordings-table"
      >
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ id }) => (
              <th key={id} scope="col" data-column={id}>
                {text(`recording.${id}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={first} />
          {items.map(({ index }) => (
            <Row key={index} index={index} row={rowAt(index)} columns={columns} />
          ))}
          <Spacer rows={total - last - 1} />
        </tbody>
      </table>
    </div>
  )
}

interface RowProps {
  readonly index: number
  readonly row: ShownRow | undefined
  readonly columns: readonly Column[]
}

const Row = memo(function Row({ index, row, columns }: RowProps) {
  const text = useText()
  if (row === undefined)
    return (
      <tr
        className={styles.waiting}
        data-index={index}
        aria-rowindex={index + 2}
        aria-busy
        data-testid="recording-waiting"
      >
        <td colSpan={columns.length} aria-label={text('state.loading')}>
          <span />
        </td>
      </tr>
    )
  return (
    <tr aria-rowindex={index + 2} data-index={index} data-testid="recording-row" data-recording={row.id}>
      {columns.map(({ id, Cell }) => (
        <td key={id} data-column={id}>
          <Cell row={row} />
        </td>
      ))}
    </tr>
  )
})

/** Stands for the rows that are not in view. */
const Spacer = ({ rows }: { rows: number }) =>
  rows > 0 && <tr className={styles.spacer} style={{ height: rows * ROW_HEIGHT_PX }} aria-hidden />
