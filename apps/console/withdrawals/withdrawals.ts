import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { labelConflictSchema, siteRowSchema, storageFactsSchema } from '@spira/shared/protocol/careApi.ts'
import {
  type ModelWithdrawal,
  modelWithdrawalSchema,
  retentionRuleSchema,
  withdrawalRowSchema,
} from '@spira/shared/protocol/withdrawalApi.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { z } from 'zod'
import { usePages } from '../api/pages.ts'
import { command, request } from '../api/request.ts'

const KEY = ['withdrawals'] as const
export type RetentionRule = z.infer<typeof retentionRuleSchema>

export const useSites = () =>
  useQuery({ queryKey: ['sites'], queryFn: () => request('GET', '/sites', z.array(siteRowSchema)) })

export const useWithdrawals = () =>
  usePages({
    queryKey: [...KEY, 'list'],
    path: '/withdrawals',
    item: withdrawalRowSchema,
    // Devices carry it out one after the other.
    refetchMs: () => 15_000,
  })

export const useModelWithdrawals = () =>
  useQuery({
    queryKey: [...KEY, 'models'],
    queryFn: () => request('GET', '/model-withdrawals', z.array(modelWithdrawalSchema)),
  })

export const useRetentionRules = () =>
  useQuery({
    queryKey: [...KEY, 'retention'],
    queryFn: () => request('GET', '/retention-rules', z.array(retentionRuleSchema)),
  })

export const useLabelConflicts = () =>
  usePages({ queryKey: ['label-conflicts'], path: '/label-conflicts', item: labelConflictSchema })

export const useStorageFacts = () =>
  useQuery({ queryKey: ['storage'], queryFn: () => request('GET', '/storage', storageFactsSchema) })

/** Nothing that another page has read before is shown afterwards: recordings, labels, datasets and models change with a withdrawal. */
function useChange<Variables>(run: (variables: Variables) => Promise<unknown>) {
  const client = useQueryClient()
  return useMutation({ mutationFn: run, onSuccess: () => client.invalidateQueries() })
}

export const useWithdraw = () =>
  useChange((body: { siteId: string; code: string; recordedBy: string }) =>
    request('POST', '/withdrawals', z.object({ id: idSchema }), body),
  )

export const useDecide = () =>
  useChange(({ id, ...body }: { id: string; decision: NonNullable<ModelWithdrawal['decision']>; reason: string }) =>
    command('POST', `/model-withdrawals/${id}/decision`, body),
  )

export const useSetRetention = () =>
  useChange((body: { siteId: string | null; protocol: string | null; keepDays: number | null }) =>
    command('POST', '/retention-rules', body),
  )
