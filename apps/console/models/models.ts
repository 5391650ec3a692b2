import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import {
  type approveBodySchema,
  type ModelVersion,
  modelVersionSchema,
  trainingRunSchema,
} from '@spira/shared/protocol/consoleApi.ts'
import { z } from 'zod'
import { request } from '../api/request.ts'

const MODELS_KEY = ['model-versions'] as const
const REFRESH_MS = 10_000

const newestFirst = (models: readonly ModelVersion[]): ModelVersion[] =>
  [...models].sort((one, other) => other.createdAt.localeCompare(one.createdAt))

export const useModelVersions = () =>
  useQuery({
    queryKey: MODELS_KEY,
    queryFn: async () => newestFirst(await request('GET', '/model-versions', z.array(modelVersionSchema))),
    refetchInterval: REFRESH_MS,
  })

/** Asks for the gate to judge a candidate again; a worker does it. */
export function useJudgeAgain() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (modelId: string) => request('POST', `/model-versions/${modelId}/judge`, trainingRunSchema),
    onSuccess: () => client.invalidateQueries({ queryKey: ['training-runs'] }),
  })
}

export function useApprove() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ modelId, ...body }: { modelId: string } & z.infer<typeof approveBodySchema>) =>
      request('POST', `/model-versions/${modelId}/approve`, modelVersionSchema, body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: MODELS_KEY })
      await client.invalidateQueries({ queryKey: ['overview'] })
    },
  })
}
