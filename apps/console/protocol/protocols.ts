import { clinicalProtocolSchema, type ClinicalProtocol } from '@spira/shared/protocol/clinicalProtocol.ts'
import { protocolVersionSchema } from '@spira/shared/protocol/clinicalProtocolApi.ts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { request } from '../api/request.ts'

const VERSIONS_KEY = ['clinical-protocols'] as const

export const useProtocolVersions = () =>
  useQuery({
    queryKey: VERSIONS_KEY,
    queryFn: () => request('GET', '/clinical-protocols', z.array(protocolVersionSchema)),
  })

/** A published version never changes, so it is asked for once. */
export const useProtocol = (version: number | null) =>
  useQuery({
    queryKey: [...VERSIONS_KEY, version],
    queryFn: () => request('GET', `/clinical-protocols/${version}`, clinicalProtocolSchema),
    enabled: version !== null,
    staleTime: Infinity,
  })

export function usePublishProtocol() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { note: string; protocol: ClinicalProtocol }) =>
      request('POST', '/clinical-protocols', clinicalProtocolSchema, body),
    onSuccess: () => client.invalidateQueries({ queryKey: VERSIONS_KEY, exact: true }),
  })
}
