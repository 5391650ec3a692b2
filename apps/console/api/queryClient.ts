import { QueryCache, QueryClient } from '@tanstack/react-query'
import { RequestFailure } from './request.ts'

export const SESSION_KEY = ['session'] as const

/** One cache for the page. A session that ended, or one that owes a new password, takes the whole page to that question. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (!(error instanceof RequestFailure)) return
        if (error.code === 'not_signed_in') client.setQueryData(SESSION_KEY, null)
        if (error.code === 'password_change_required') void client.invalidateQueries({ queryKey: SESSION_KEY })
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // What the server refused it refuses again; only silence is worth asking twice.
        retry: (failures, error) => failures < 2 && error instanceof RequestFailure && error.code === 'unreachable',
      },
    },
  })
  return client
}
