import { type ReleaseKeys, releaseKeysSchema, rolloutSchema } from '@spira/shared/protocol/rollouts.ts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { usePages } from '../api/pages.ts'
import { request } from '../api/request.ts'

const ROLLOUTS_KEY = ['rollouts'] as const
const KEYS_KEY = ['release-keys'] as const
const REFRESH_MS = 5_000

export type RolloutAction = 'pause' | 'resume' | 'withdraw' | 'advance' | 'promote'

export const useRollouts = () =>
  usePages({ queryKey: ROLLOUTS_KEY, path: '/rollouts', item: rolloutSchema, refetchMs: () => REFRESH_MS })

export function useChangeRollout() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, action, reason }: { id: string; action: RolloutAction; reason: string }) =>
      request('POST', `/rollouts/${id}/${action}`, rolloutSchema, { reason }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ROLLOUTS_KEY })
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
