import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { accountRowSchema, invitationSchema } from '@spira/shared/protocol/accountsApi.ts'
import type { Role } from '@spira/shared/protocol/consoleApi.ts'
import { z } from 'zod'
import { command, request } from '../api/request.ts'

export type Person = z.infer<typeof accountRowSchema>
const PEOPLE_KEY = ['people'] as const

export const usePeople = () =>
  useQuery({ queryKey: PEOPLE_KEY, queryFn: () => request('GET', '/accounts', z.array(accountRowSchema)) })

const usePeopleMutation = <Input, Output>(mutationFn: (input: Input) => Promise<Output>) => {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: PEOPLE_KEY }) })
}

export interface NewPerson {
  readonly username: string
  readonly role: Role
  readonly signInBy: Person['signInBy']
}
export const useInvite = () =>
  usePeopleMutation((body: NewPerson) => request('POST', '/accounts', invitationSchema, body))

/** A new link: the password of who lost it ends with it. */
export const useInviteAgain = () =>
  usePeopleMutation((id: string) => request('POST', `/accounts/${id}/invitation`, invitationSchema, {}))

export const useChangeRole = () =>
  usePeopleMutation(({ id, role }: { id: string; role: Role }) => command('POST', `/accounts/${id}/role`, { role }))

/** What needs no more than an account: shut out, let in again, take away a lost second factor. */
export const useAccountAction = () =>
  usePeopleMutation(({ id, action }: { id: string; action: 'disable' | 'enable' | 'second-factor/remove' }) =>
    command('POST', `/accounts/${id}/${action}`),
  )
