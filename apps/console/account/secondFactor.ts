import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { recoveryCodesSchema, secondFactorBeginSchema, secondFactorSchema } from '@spira/shared/protocol/accountsApi.ts'
import { command, request } from '../api/request.ts'

const FACTOR_KEY = ['second-factor'] as const

export const useSecondFactor = () =>
  useQuery({ queryKey: FACTOR_KEY, queryFn: () => request('GET', '/second-factor', secondFactorSchema) })

/** Not cached: the secret is on the screen and nowhere else. */
export const useBeginFactor = () =>
  useMutation({ mutationFn: () => request('POST', '/second-factor', secondFactorBeginSchema, {}) })

export function useConfirmFactor() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (code: string) => request('POST', '/second-factor/confirm', recoveryCodesSchema, { code }),
    onSuccess: () => client.invalidateQueries({ queryKey: FACTOR_KEY }),
  })
}

export function useRemoveFactor() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (code: string) => command('POST', '/second-factor/remove', { code }),
    onSuccess: () => client.invalidateQueries({ queryKey: FACTOR_KEY }),
  })
}
