import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type Cohort, cohortPreviewSchema, cohortSchema } from '@spira/shared/protocol/cohortApi.ts'
import { datasetVersionSchema } from '@spira/shared/protocol/consoleApi.ts'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { request } from '../api/request.ts'

/** The cohort is in the address: it can be sent, and going back undoes. */
export interface CohortSearch {
  readonly cohort?: string
}

export const cohortSearch = (given: Record<string, unknown>): CohortSearch =>
  typeof given['cohort'] === 'string' ? { cohort: given['cohort'] } : {}

const NOTHING: Cohort = { rules: [] }

function cohortOf(text: string | undefined): Cohort {
  if (text === undefined) return NOTHING
  try {
    return cohortSchema.catch(NOTHING).parse(JSON.parse(text))
  } catch {
    return NOTHING
  }
}

export function useCohort(): { readonly cohort: Cohort; readonly change: (cohort: Cohort) => void } {
  const search = useSearch({ from: '/cohort' })
  const navigate = useNavigate({ from: '/cohort' })
  return useMemo(
    () => ({
      cohort: cohortOf(search.cohort),
      change: (cohort) => void navigate({ search: { cohort: JSON.stringify(cohort) } }),
    }),
    [search.cohort, navigate],
  )
}

export const useCohortPreview = (cohort: Cohort) =>
  useQuery({
    queryKey: ['cohort', JSON.stringify(cohort)],
    queryFn: () => request('POST', '/cohorts/preview', cohortPreviewSchema, cohort),
    placeholderData: keepPreviousData,
  })

export function useFreezeCohort() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { name: string; description: string; cohort: Cohort }) =>
      request('POST', '/dataset-versions', datasetVersionSchema, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ['dataset-versions'] }),
  })
}
