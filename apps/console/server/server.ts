import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { backupStateSchema, storageFactsSchema } from '@spira/shared/protocol/careApi.ts'
import { request } from '../api/request.ts'

const BACKUP_KEY = ['backup'] as const
const WATCH_MS = 1_000

export const useStorage = () =>
  useQuery({ queryKey: ['storage'], queryFn: () => request('GET', '/storage', storageFactsSchema) })

/** Asked every second while one is being made. */
export const useBackup = () =>
  useQuery({
    queryKey: BACKUP_KEY,
    queryFn: () => request('GET', '/backup', backupStateSchema),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? WATCH_MS : false),
  })

export function useMakeBackup() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request('POST', '/backup', backupStateSchema),
    onSuccess: (state) => client.setQueryData(BACKUP_KEY, state),
  })
}
