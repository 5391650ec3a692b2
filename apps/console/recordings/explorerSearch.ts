import { isUnseenSort, judgesByEar, seenFilters } from '@spira/shared/protocol/annotatorSight.ts'
import {
  filterQuery,
  filtersOfQuery,
  type RecordingFilters,
  type RecordingSort,
  recordingSortSchema,
} from '@spira/shared/protocol/recordingFilters.ts'
import type { Facet } from '@spira/shared/protocol/recordingsApi.ts'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { useRole } from '../account/session.ts'

/** What the page's address says: who gets the address sees the same recordings. */
export type ExplorerSearch = RecordingFilters & { readonly sort?: RecordingSort | undefined }

/** Search parameters of the address as names and texts (routes.tsx) to filters; what cannot be is left out. */
export function explorerSearch(given: Record<string, unknown>): ExplorerSearch {
  const sort = recordingSortSchema.safeParse(given['sort'])
  return { ...filtersOfQuery(filterQuery(given)), ...(sort.success && { sort: sort.data }) }
}

export interface Explorer {
  readonly filters: RecordingFilters
  readonly sort: RecordingSort
  /** Filters alone, in their one form: the key of what was asked, and what a saved filter keeps. */
  readonly query: string
  readonly isFiltered: boolean
  readonly change: (changed: Partial<ExplorerSearch>) => void
  /** Adds one value of a facet to the filter, or takes it away. */
  readonly choose: (facet: Facet, value: string, isChosen: boolean) => void
  readonly replace: (search: ExplorerSearch) => void
}

/**
 * The filters of the address, and how to change them: each change is a place to go back to. The same address gives the same object, and
 * the functions stay the same: what is drawn from parts of it is drawn anew only where those change.
 */
export function useExplorer(): Explorer {
  const { sort: order, ...asked } = useSearch({ from: '/recordings' })
  // An address of somebody who sees more: an annotator is shown what is left of it.
  const isByEar = judgesByEar(useRole())
  const given = isByEar ? seenFilters(asked) : asked
  const sort = order !== undefined && isByEar && isUnseenSort(order) ? undefined : order
  const navigate = useNavigate({ from: '/recordings' })
  const query = filterQuery(given).toString()
  const replace = useCallback((search: ExplorerSearch) => void navigate({ search }), [navigate])
  const change = useCallback(
    (changed: Partial<ExplorerSearch>) =>
      void navigate({ search: (before: ExplorerSearch) => ({ ...before, ...changed }) }),
    [navigate],
  )
  const choose = useCallback(
    (facet: Facet, value: string, isChosen: boolean) =>
      void navigate({
        search: (before: ExplorerSearch) => {
          const others = (before[facet] ?? []).filter((each: string) => each !== value)
          const chosen = isChosen ? [...others, value] : others
          return { ...before, [facet]: chosen.length > 0 ? chosen : undefined }
        },
      }),
    [navigate],
  )
  return useMemo(
    () => ({
      filters: filtersOfQuery(new URLSearchParams(query)),
      sort: sort ?? 'newest',
      query,
      isFiltered: query !== '',
      change,
      choose,
      replace,
    }),
    [query, sort, change, choose, replace],
  )
}
