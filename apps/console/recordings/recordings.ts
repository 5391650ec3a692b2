import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { shownDetailSchema, shownFacetsSchema, shownRecordingsSchema } from '@spira/shared/protocol/annotatorSight.ts'
import { CONSOLE_API, overviewSchema } from '@spira/shared/protocol/consoleApi.ts'
import type { RecordingSort } from '@spira/shared/protocol/recordingFilters.ts'
import {
  type Facet,
  facetValuesReplySchema,
  PLACE_ROWS,
  placesReplySchema,
  savedFilterSchema,
} from '@spira/shared/protocol/recordingsApi.ts'
import { z } from 'zod'
import { request } from '../api/request.ts'
import { useRested } from './useRested.ts'

const FACETS_REST_MS = 300
/** New recordings arrive from the wards while the page is open. */
const REFRESH_MS = 15_000

const asked = (query: string, more: Readonly<Record<string, string | undefined>>): string => {
  const all = new URLSearchParams(query)
  for (const [name, value] of Object.entries(more)) if (value !== undefined) all.set(name, value)
  return all.toString()
}

/** 100 rows from a place on; `cursor` undefined: from the beginning. */
export const recordingsPage = (query: string, sort: RecordingSort, cursor: string | undefined) =>
  queryOptions({
    queryKey: ['recordings', query, sort, cursor ?? 'head'],
    queryFn: () =>
      request('GET', `/recordings?${asked(query, { sort, cursor, limit: String(PLACE_ROWS) })}`, shownRecordingsSchema),
    staleTime: REFRESH_MS,
  })

/** The first rows; those of the filter before stay in sight until the new ones are there. */
export const useHead = (query: string, sort: RecordingSort) =>
  useQuery({
    ...recordingsPage(query, sort, undefined),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  })

/** Where every 100th row is; asked anew when the number of rows has changed. */
export const usePlaces = (query: string, sort: RecordingSort, total: number) =>
  useQuery({
    queryKey: ['recordingPlaces', query, sort, total],
    queryFn: () => request('GET', `/recordings/places?${asked(query, { sort })}`, placesReplySchema),
    enabled: total > PLACE_ROWS,
    staleTime: Number.POSITIVE_INFINITY,
  })

/** After the rows: they are what is waited for. Those of the filter before stay in sight. */
export function useFacets(query: string, rowsAreThere: boolean) {
  const isRested = useRested(query, FACETS_REST_MS)
  return useQuery({
    queryKey: ['recordingFacets', query],
    queryFn: () => request('GET', `/recordings/facets?${query}`, shownFacetsSchema),
    placeholderData: keepPreviousData,
    // They cost the server a pass over all rows, which those of the next filter would wait for.
    staleTime: REFRESH_MS,
    enabled: rowsAreThere && isRested,
  })
}

/** The values of a facet that contain a text; asked only where not all of them are there. */
export function useFacetValues(facet: Facet, query: string, containing: string, asks: boolean) {
  const isRested = useRested(containing, FACETS_REST_MS)
  return useQuery({
    queryKey: ['recordingFacets', query, facet, containing],
    queryFn: () =>
      request('GET', `/recordings/facets/${facet}?${asked(query, { containing })}`, facetValuesReplySchema),
    placeholderData: keepPreviousData,
    enabled: asks && isRested,
  })
}

export const useRecording = (id: string) =>
  useQuery({
    queryKey: ['recording', id],
    queryFn: () => request('GET', `/recordings/${id}`, shownDetailSchema),
  })

const SAVED = ['savedFilters']
const savedSchema = z.array(savedFilterSchema)
export const useSavedFilters = () =>
  useQuery({ queryKey: SAVED, queryFn: () => request('GET', '/saved-filters', savedSchema) })

export function useSaveFilter() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { name: string; query: string }) => request('POST', '/saved-filters', savedSchema, body),
    onSuccess: (saved) => client.setQueryData(SAVED, saved),
  })
}

export function useRemoveFilter() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => request('DELETE', `/saved-filters/${id}`, savedSchema),
    onSuccess: (saved) => client.setQueryData(SAVED, saved),
  })
}

export const useOverview = () =>
  useQuery({
    queryKey: ['overview'],
    queryFn: () => request('GET', '/overview', overviewSchema),
    refetchInterval: REFRESH_MS,
  })

export const audioUrl = (recordingId: string): string => `${CONSOLE_API}/recordings/${recordingId}/audio`
