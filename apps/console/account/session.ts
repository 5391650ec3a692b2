import { useMutation, useQuery, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { signInMethodsSchema } from '@spira/shared/protocol/accountsApi.ts'
import { type Account, accountSchema, type Role } from '@spira/shared/protocol/consoleApi.ts'
import { SESSION_KEY } from '../api/queryClient.ts'
import { command, request, RequestFailure } from '../api/request.ts'

/** Who is signed in; `null`: nobody. */
export const useSession = () =>
  useQuery({
    queryKey: SESSION_KEY,
    staleTime: 60_000,
    queryFn: async (): Promise<Account | null> => {
      try {
        return await request('GET', '/session', accountSchema)
      } catch (error) {
        if (error instanceof RequestFailure && error.code === 'not_signed_in') return null
        throw error
      }
    },
  })

export const useRole = (): Role | undefined => useSession().data?.role

export interface Credentials {
  readonly username: string
  readonly password: string
  /** Asked for when the account has a second factor. */
  readonly code?: string | undefined
}

/** What the sign-in page offers besides a password. */
export const useSignInMethods = () =>
  useQuery({
    queryKey: ['sign-in-methods'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => request('GET', '/sign-in-methods', signInMethodsSchema),
  })

export function useSignIn(): UseMutationResult<Account, unknown, Credentials> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Credentials) => request('POST', '/session', accountSchema, body),
    onSuccess: (account) => client.setQueryData(SESSION_KEY, account),
  })
}

export function useChangePassword(): UseMutationResult<Account, unknown, { current: string; next: string }> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { current: string; next: string }) => request('POST', '/password', accountSchema, body),
    onSuccess: (account) => client.setQueryData(SESSION_KEY, account),
  })
}

/** Signs out and forgets everything that was loaded. */
export function useSignOut(): UseMutationResult<void, unknown, void> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => command('DELETE', '/session'),
    onSuccess: () => {
      client.setQueryData(SESSION_KEY, null)
      // All but the session itself, which the page watches: cleared under its eyes it would see the old one for ever.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] })
    },
  })
}
