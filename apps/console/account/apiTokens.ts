import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { apiTokenSchema, createdTokenSchema, type TokenScope } from '@spira/shared/protocol/accountsApi.ts'
import { z } from 'zod'
import { command, request } from '../api/request.ts'

const TOKENS_KEY = ['api-tokens'] as const

export const useApiTokens = () =>
  useQuery({ queryKey: TOKENS_KEY, queryFn: () => request('GET', '/api-tokens', z.array(apiTokenSchema)) })

export function useCreateToken() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { name: string; scopes: TokenScope[]; days: number }) =>
      request('POST', '/api-tokens', createdTokenSchema, body),
    onSuccess: () => client.invalidateQueries({ queryKey: TOKENS_KEY }),
  })
}

export function useRevokeToken() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => command('DELETE', `/api-tokens/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: TOKENS_KEY }),
  })
}
