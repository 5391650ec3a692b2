import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { CONSOLE_API, overviewSchema, recordingsReplySchema } from '@spira/shared/protocol/consoleApi.ts'
import { request } from '../api/request.ts'

export const LABEL_FILTERS = ['all', 'present', 'absent', 'unknown', 'none'] as const
export type LabelFilter = (typeof LABEL_FILTERS)[number]

export interface RecordingsFilter {
  readonly label: LabelFilter
  readonly search: string
}

const PAGE_ROWS = 100
/** New recordings arrive from the wards while the page is open. */
const REFRESH_MS = 10_000

/** Recordings, newest first, a page more at each `fetchNextPage`. */
export const useRecordings = ({ label, search }: RecordingsFilter) =>
  useInfiniteQuery({
    queryKey: ['recordings', label, search],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => {
      const query = new URLSearchParams({ limit: String(PAGE_ROWS) })
      if (pageParam !== null) query.set('cursor', pageParam)
      if (label !== 'all') query.set('label', label)
      if (search !== '') query.set('search', search)
      return request('GET', `/recordings?${query.toString()}`, recordingsReplySchema)
    },
    getNextPageParam: (page) => page.nextCursor,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : REFRESH_MS),
  })

export const useOverview = () =>
  useQuery({
    queryKey: ['overview'],
    queryFn: () => request('GET', '/overview', overviewSchema),
    refetchInterval: REFRESH_MS,
  })

export const audioUrl = (recordingId: string): string => `${CONSOLE_API}/recordings/${recordingId}/audio`
