import { useDocumentTop } from '@spira/shared/ui/useDocumentTop.ts'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import type { EncounterSummary } from '../bedside/bedside.ts'
import { WorklistRow } from './WorklistRow.tsx'
import styles from './WorklistView.module.css'

/** A row whose marks fit on one line; each is measured once it is seen. */
const ROW_HEIGHT_PX = 66
/** Rows beyond the view, so that the tab key always finds the next one. */
const OVERSCAN = 10

/** Encounters, of which only those near the view exist as elements: a year's list weighs no more than a day's. */
export function WorklistRows({
  encounters,
  withDate = false,
}: {
  encounters: readonly EncounterSummary[]
  withDate?: boolean
}) {
  const list = useRef<HTMLUListElement>(null)
  const top = useDocumentTop(list)
  // oxlint-disable-next-line react/incompatible-library -- about the React Compiler, which is not used here
  const virtualizer = useWindowVirtualizer({
    count: encounters.length,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: OVERSCAN,
    scrollMargin: top,
    getItemKey: (index) => encounters[index]?.id ?? index,
  })
  const items = virtualizer.getVirtualItems()
  const before = (items[0]?.start ?? top) - top
  const after = virtualizer.getTotalSize() - ((items.at(-1)?.end ?? top) - top)
  return (
    <ul className={styles.rows} ref={list} style={{ paddingTop: before, paddingBottom: after }}>
      {items.map(({ index, key }) => {
        const encounter = encounters[index]
        return (
          encounter !== undefined && (
            <WorklistRow
              key={key}
              ref={virtualizer.measureElement}
              encounter={encounter}
              index={index}
              of={encounters.length}
              withDate={withDate}
            />
          )
        )
      })}
    </ul>
  )
}
