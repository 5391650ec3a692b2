import type { RecordingSort } from '@spira/shared/protocol/recordingFilters.ts'
import type { ShownRow } from '@spira/shared/protocol/annotatorSight.ts'
import { PLACE_ROWS } from '@spira/shared/protocol/recordingsApi.ts'
import { useQueries } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { recordingsPage, useHead, usePlaces } from './recordings.ts'
import { useRested } from './useRested.ts'

/** The second page is known without the places: they can wait. */
const REST_MS = 400

export interface WindowedRows {
  readonly total: number
  /** The row at a place of the whole list; undefined while it is on its way. */
  readonly rowAt: (index: number) => ShownRow | undefined
  /** Says which rows are in view: their pages, and one to each side, are fetched. */
  readonly show: (first: number, last: number) => void
  readonly head: ReturnType<typeof useHead>
}

/** Any part of a long list, read by cursor: the first page at once, then the places, then the pages in view and beside it. */
export function useWindowedRows(query: string, sort: RecordingSort): WindowedRows {
  const head = useHead(query, sort)
  const [pages, setPages] = useState<readonly [number, number]>([0, 0])
  const isOld = head.isPlaceholderData
  const total = head.data?.total ?? 0
  const isRested = useRested(`${sort} ${query}`, REST_MS)
  const isScrolled = pages[1] > 1
  const places = usePlaces(query, sort, !isOld && (isScrolled || isRested) ? total : 0)
  const next = isOld ? null : (head.data?.nextCursor ?? null)
  const cursors = places.data?.cursors ?? (next === null ? undefined : [next])
  const last = cursors?.length ?? 0
  const wanted = useMemo(() => {
    const from = Math.max(1, pages[0] - 1)
    const to = Math.min(last, pages[1] + 1)
    return isOld ? [] : Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
  }, [pages, last, isOld])
  const fetched = useQueries({
    queries: wanted.map((page) => recordingsPage(query, sort, cursors?.[page - 1])),
    combine: (results) => results.map(({ data }) => data?.items),
  })
  const items = head.data?.items
  const rowAt = useMemo(() => {
    const byPage = new Map(wanted.map((page, index) => [page, fetched[index]]))
    return (index: number): ShownRow | undefined => {
      const page = Math.floor(index / PLACE_ROWS)
      return (page === 0 ? items : byPage.get(page))?.[index % PLACE_ROWS]
    }
  }, [wanted, fetched, items])
  const show = useMemo(
    () => (first: number, until: number) => {
      const from = Math.floor(first / PLACE_ROWS)
      const to = Math.floor(Math.max(first, until) / PLACE_ROWS)
      setPages((before) => (before[0] === from && before[1] === to ? before : [from, to]))
    },
    [],
  )
  // The list keeps its length until the new one is known: the page neither jumps nor is laid out twice.
  return { total, rowAt, show, head }
}
