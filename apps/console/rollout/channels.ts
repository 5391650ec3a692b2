import { type Channel, channelSchema } from '@spira/shared/protocol/rollouts.ts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { request } from '../api/request.ts'

const CHANNELS_KEY = ['channels'] as const

export const useChannels = () =>
  useQuery<Channel[]>({ queryKey: CHANNELS_KEY, queryFn: () => request('GET', '/channels', z.array(channelSchema)) })

/** Makes a channel where it has no id yet. */
export function useSaveChannel() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, ...members }: Omit<Channel, 'id'> & { readonly id: string | null }) =>
      id === null
        ? request('POST', '/channels', channelSchema, members)
        : request('PUT', `/channels/${id}`, channelSchema, members),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: CHANNELS_KEY })
      await client.invalidateQueries({ queryKey: ['rollouts'] })
    },
  })
}
