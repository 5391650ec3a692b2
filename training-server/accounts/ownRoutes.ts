import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  apiTokenSchema,
  createTokenBodySchema,
  createdTokenSchema,
  recoveryCodesSchema,
  secondFactorBeginSchema,
  secondFactorCodeBodySchema,
  secondFactorSchema,
} from '@spira/shared/protocol/accountsApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import type { ServerContext } from '../server/context.ts'
import { createApiToken, listApiTokens, revokeApiToken } from './apiTokens.ts'
import { accountOf, actorOf } from './consoleGate.ts'
import {
  beginSecondFactor,
  confirmSecondFactor,
  recoveryCodesLeft,
  removeSecondFactor,
  useSecondFactor,
} from './secondFactor.ts'

/** What a person sets up for the own account: the second factor and tokens for programs. */
export const ownRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const rateLimit = { max: 30, timeWindow: '1 minute' }

    app.get('/second-factor', { schema: { response: { 200: secondFactorSchema } } }, async (request) => {
      const { id } = accountOf(request)
      const { totpConfirmedAt } = await context.db
        .selectFrom('accounts')
        .select('totpConfirmedAt')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      return { on: totpConfirmedAt !== null, recoveryCodesLeft: await recoveryCodesLeft(context, id) }
    })
    app.post(
      '/second-factor',
      { schema: { response: { 200: secondFactorBeginSchema } }, config: { rateLimit } },
      (request) => beginSecondFactor(context, accountOf(request)),
    )
    app.post(
      '/second-factor/confirm',
      { schema: { body: secondFactorCodeBodySchema, response: { 200: recoveryCodesSchema } }, config: { rateLimit } },
      async (request) => ({
        recoveryCodes: await confirmSecondFactor(context, accountOf(request), request.body.code),
      }),
    )
    app.post(
      '/second-factor/remove',
      { schema: { body: secondFactorCodeBodySchema, response: { 204: z.null() } }, config: { rateLimit } },
      async (request, reply) => {
        const account = accountOf(request)
        await context.db.transaction().execute(async (trx) => {
          const row = await trx
            .selectFrom('accounts')
            .selectAll()
            .where('id', '=', account.id)
            .forUpdate()
            .executeTakeFirstOrThrow()
          if (!(await useSecondFactor(context, trx, row, request.body.code)))
            throw new SpiraError('second_factor_wrong')
        })
        await removeSecondFactor(context, account, actorOf(request))
        return reply.code(204).send(null)
      },
    )

    app.get('/api-tokens', { schema: { response: { 200: z.array(apiTokenSchema) } } }, (request) =>
      listApiTokens(context, accountOf(request)),
    )
    app.post(
      '/api-tokens',
      { schema: { body: createTokenBodySchema, response: { 200: createdTokenSchema } } },
      (request) => createApiToken(context, accountOf(request), request.body),
    )
    app.delete(
      '/api-tokens/:id',
      { schema: { params: z.object({ id: idSchema }), response: { 204: z.null() } } },
      async (request, reply) => {
        await revokeApiToken(context, accountOf(request), request.params.id)
        return reply.code(204).send(null)
      },
    )
  }
