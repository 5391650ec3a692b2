import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { openInvitationReplySchema } from '@spira/shared/protocol/accountsApi.ts'
import { accountSchema } from '@spira/shared/protocol/consoleApi.ts'
import { SESSION_KEY } from '../api/queryClient.ts'
import { request } from '../api/request.ts'

/** The secret of an invitation's link stands after `#`, so that no server and no proxy writes it down. */
export function invitationTokenOf({ pathname, hash }: Location): string | null {
  return pathname.endsWith('/invitation') && hash.length > 1 ? hash.slice(1) : null
}

export const useInvitation = (token: string) =>
  useQuery({
    queryKey: ['invitation', token],
    queryFn: () => request('POST', '/invitations/open', openInvitationReplySchema, { token }),
  })

export function useAcceptInvitation(token: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (password: string) => request('POST', '/invitations/accept', accountSchema, { token, password }),
    onSuccess: (account) => client.setQueryData(SESSION_KEY, account),
  })
}
