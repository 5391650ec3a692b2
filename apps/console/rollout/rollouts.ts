import { type ReleaseKeys, releaseKeysSchema, type Rollout, rolloutSchema } from '@spira/shared/protocol/rollouts.ts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { request } from '../api/request.ts'

const ROLLOUTS_KEY = ['rollouts'] as const
const KEYS_KEY = ['release-keys'] as const
const REFRESH_MS = 5_000
const rollouts = z.array(rolloutSchema)

export type RolloutAction = 'pause' | 'resume' | 'withdraw' | 'advance' | 'promote'

export const useRollouts = () =>
  useQuery<Rollout[]>({
    queryKey: ROLLOUTS_KEY,
    queryFn: () => request('GET', '/rollouts', rollouts),
    refetchInterval: REFRESH_MS,
  })

export function useChangeRollout() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, action, reason }: { id: string; action: RolloutAction; reason: string }) =>
      request('POST', `/rollouts/${id}/${action}`, rollouts, { reason }),
    onSuccess: async (changed) => {
      client.setQueryData(ROLLOUTS_KEY, changed)
      await client.invalidateQueries({ queryKey: ['model-versions'] })
    },
  })
}

export const useReleaseKeys = () =>
  useQuery<ReleaseKeys>({
    queryKey: KEYS_KEY,
    queryFn: () => request('GET', '/release-keys', releaseKeysSchema),
    refetchInterval: 60_000,
  })

export function useInstallSigned() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (files: readonly File[]) =>
      request('POST', '/signed-files', releaseKeysSchema, {
        files: await Promise.all(files.map((file) => file.text())),
      }),
    onSuccess: async (status) => {
      client.setQueryData(KEYS_KEY, status)
      await client.invalidateQueries({ queryKey: ROLLOUTS_KEY })
    },
  })
}
