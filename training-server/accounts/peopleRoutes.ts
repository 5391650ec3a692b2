import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  acceptInvitationBodySchema,
  accountRowSchema,
  changeRoleBodySchema,
  invitationSchema,
  inviteBodySchema,
  openInvitationBodySchema,
  openInvitationReplySchema,
} from '@spira/shared/protocol/accountsApi.ts'
import { accountSchema } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import type { ServerContext } from '../server/context.ts'
import { actorOf } from './consoleGate.ts'
import { acceptInvitation, invite, inviteAgain, openInvitation } from './invitations.ts'
import { changeAccount, listPeople, type AccountChange } from './people.ts'
import { removeSecondFactor } from './secondFactor.ts'
import { startSession } from './sessions.ts'

/** The people of the console: invited, given a role, let in and shut out by an administrator. */
export const peopleRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const rateLimit = { max: 30, timeWindow: '1 minute' }
    const params = z.object({ id: idSchema })
    const nothing = { 204: z.null() }

    app.get('/accounts', { schema: { response: { 200: z.array(accountRowSchema) } } }, () => listPeople(context))
    app.post('/accounts', { schema: { body: inviteBodySchema, response: { 200: invitationSchema } } }, (request) =>
      invite(context, { ...request.body, by: actorOf(request) }),
    )
    app.post('/accounts/:id/invitation', { schema: { params, response: { 200: invitationSchema } } }, (request) =>
      inviteAgain(context, request.params.id, actorOf(request)),
    )
    app.post(
      '/accounts/:id/role',
      { schema: { params, body: changeRoleBodySchema, response: nothing } },
      async (request, reply) => {
        await changeAccount(context, request.params.id, request.body, actorOf(request))
        return reply.code(204).send(null)
      },
    )
    for (const [verb, access] of [
      ['disable', 'disabled'],
      ['enable', 'enabled'],
    ] as const) {
      app.post(`/accounts/:id/${verb}`, { schema: { params, response: nothing } }, async (request, reply) => {
        const change: AccountChange = { access }
        await changeAccount(context, request.params.id, change, actorOf(request))
        return reply.code(204).send(null)
      })
    }
    app.post(
      '/accounts/:id/second-factor/remove',
      { schema: { params, response: nothing } },
      async (request, reply) => {
        const account = await context.db
          .selectFrom('accounts')
          .select(['id', 'username'])
          .where('id', '=', request.params.id)
          .executeTakeFirst()
        if (account === undefined) throw new SpiraError('not_found')
        await removeSecondFactor(context, account, actorOf(request))
        return reply.code(204).send(null)
      },
    )

    app.post(
      '/invitations/open',
      {
        schema: { body: openInvitationBodySchema, response: { 200: openInvitationReplySchema } },
        config: { rateLimit },
      },
      (request) => openInvitation(context, request.body.token),
    )
    app.post(
      '/invitations/accept',
      { schema: { body: acceptInvitationBodySchema, response: { 200: accountSchema } }, config: { rateLimit } },
      async (request, reply) => {
        const account = await acceptInvitation(context, request.body.token, request.body.password)
        await startSession(context, account, request, reply)
        return account
      },
    )
  }
