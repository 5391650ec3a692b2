import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type startRunBodySchema, type TrainingRun, trainingRunSchema } from '@spira/shared/protocol/consoleApi.ts'
import { runStageRowSchema } from '@spira/shared/protocol/trainingStages.ts'
import { z } from 'zod'
import { usePages } from '../api/pages.ts'
import { request } from '../api/request.ts'

const RUNS_KEY = ['training-runs'] as const
const WHILE_RUNNING_MS = 1_000
const AT_REST_MS = 10_000

export const isUnderWay = ({ status }: TrainingRun): boolean => status === 'queued' || status === 'running'

/** Runs, newest first; asked for every second while one is under way. */
export const useTrainingRuns = () =>
  usePages({
    queryKey: [...RUNS_KEY, 'list'],
    path: '/training-runs',
    item: trainingRunSchema,
    refetchMs: (runs) => (runs.some(isUnderWay) ? WHILE_RUNNING_MS : AT_REST_MS),
  })

export function useStartRun() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: z.input<typeof startRunBodySchema>) =>
      request('POST', '/training-runs', trainingRunSchema, body),
    onSuccess: () => client.invalidateQueries({ queryKey: RUNS_KEY }),
  })
}

export function useCancelRun() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (runId: string) => request('POST', `/training-runs/${runId}/cancel`, trainingRunSchema),
    onSettled: () => client.invalidateQueries({ queryKey: RUNS_KEY }),
  })
}

/** The jobs of a run; asked for every second while it is under way. */
export const useRunStages = (runId: string, underWay: boolean) =>
  useQuery({
    queryKey: [...RUNS_KEY, runId, 'stages', underWay],
    queryFn: () => request('GET', `/training-runs/${runId}/stages`, z.array(runStageRowSchema)),
    refetchInterval: underWay ? WHILE_RUNNING_MS : false,
  })

/** Stages that were given up and wait for a person. */
export const useDeadLetters = () =>
  usePages({
    queryKey: [...RUNS_KEY, 'dead-letters'],
    path: '/dead-letters',
    item: runStageRowSchema,
    refetchMs: () => AT_REST_MS,
  })

export function useDismissRun() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ runId, reason }: { runId: string; reason: string }) =>
      request('POST', `/training-runs/${runId}/dismiss`, trainingRunSchema, { reason }),
    onSettled: () => client.invalidateQueries({ queryKey: RUNS_KEY }),
  })
}

export function useRetryRun() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (runId: string) => request('POST', `/training-runs/${runId}/retry`, trainingRunSchema),
    onSettled: () => client.invalidateQueries({ queryKey: RUNS_KEY }),
  })
}
