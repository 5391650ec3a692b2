import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import {
  type DryRunSettings,
  dryRunSchema,
  type newTriggerBodySchema,
  type RunTrigger,
  runTriggerSchema,
} from '@spira/shared/protocol/runTriggers.ts'
import { z } from 'zod'
import { request } from '../api/request.ts'

const TRIGGERS_KEY = ['run-triggers'] as const
const REFRESH_MS = 10_000
const triggers = z.array(runTriggerSchema)

export type TriggerBody = z.infer<typeof newTriggerBodySchema>

/** What starts runs by itself. */
export const useTriggers = () =>
  useQuery({
    queryKey: TRIGGERS_KEY,
    queryFn: () => request('GET', '/run-triggers', triggers),
    refetchInterval: REFRESH_MS,
  })

/** Adds one, or changes the one that is there. */
export function useSaveTrigger(id: string | null) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: TriggerBody) =>
      id === null
        ? request('POST', '/run-triggers', triggers, body)
        : request('PUT', `/run-triggers/${id}`, triggers, body),
    onSuccess: (rows: RunTrigger[]) => client.setQueryData(TRIGGERS_KEY, rows),
  })
}

export function useRemoveTrigger() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => request('DELETE', `/run-triggers/${id}`, triggers),
    onSuccess: (rows) => client.setQueryData(TRIGGERS_KEY, rows),
  })
}

/** What a run with these settings would do now; nothing is frozen or started. */
export const useDryRun = (settings: DryRunSettings | null) =>
  useQuery({
    queryKey: ['training-runs', 'dry-run', settings],
    queryFn: () => request('POST', '/training-runs/dry-run', dryRunSchema, settings),
    enabled: settings !== null,
    placeholderData: (before) => before,
  })
