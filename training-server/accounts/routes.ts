import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { accountSchema, changePasswordBodySchema, signInBodySchema } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../server/context.ts'
import { changePassword, checkPassword } from './accounts.ts'
import { accountOf } from './consoleGate.ts'
import { endSession, sessionHash, startSession } from './sessions.ts'

/** Sign-in, sign-out and the account's own password. */
export const accountRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const rateLimit = { max: 30, timeWindow: '1 minute' }

    app.post(
      '/session',
      { schema: { body: signInBodySchema, response: { 200: accountSchema } }, config: { rateLimit } },
      async (request, reply) => {
        const account = await checkPassword(context, request.body)
        await startSession(context, account, request, reply)
        return account
      },
    )
    app.get('/session', { schema: { response: { 200: accountSchema } } }, async (request) => accountOf(request))
    app.delete('/session', { schema: { response: { 204: z.null() } } }, async (request, reply) => {
      await endSession(context, request, reply)
      return reply.code(204).send(null)
    })
    app.post(
      '/password',
      { schema: { body: changePasswordBodySchema, response: { 200: accountSchema } }, config: { rateLimit } },
      async (request) => {
        const account = accountOf(request)
        await changePassword(context, account, request.body, sessionHash(request) ?? '')
        return { ...account, mustChangePassword: false }
      },
    )
  }
