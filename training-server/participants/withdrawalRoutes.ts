import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema, newId } from '@spira/shared/protocol/ids.ts'
import {
  modelDecisionBodySchema,
  modelWithdrawalSchema,
  retentionRuleBodySchema,
  retentionRuleSchema,
  withdrawalRowSchema,
  withdrawBodySchema,
  withdrawnItemsSchema,
} from '@spira/shared/protocol/withdrawalApi.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import { withdrawnItems } from '../datasets/withdrawnItems.ts'
import { decideOnModel, listModelWithdrawals } from '../models/modelWithdrawals.ts'
import { pageSchema } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { idPageSchema } from '../server/page.ts'
import { listWithdrawals } from './listWithdrawals.ts'
import { listRetentionRules, setRetentionRule } from './retention.ts'
import { finishWithdrawals, withdrawParticipant } from './withdraw.ts'

const params = z.object({ id: idSchema })

/** Withdrawal, what follows from it, and retention, for the console. */
export const withdrawalRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = context

    app.get(
      '/withdrawals',
      { schema: { querystring: idPageSchema, response: { 200: pageSchema(withdrawalRowSchema) } } },
      (request) => listWithdrawals(context, request.query),
    )

    app.post(
      '/withdrawals',
      { schema: { body: withdrawBodySchema, response: { 200: z.object({ id: idSchema }) } } },
      async (request) => {
        const { body } = request
        const id = newId()
        await db.transaction().execute(async (trx) => {
          const participants = trx.selectFrom('participants').select(['id', 'siteId'])
          const participant = await (
            'code' in body
              ? participants.where('siteId', '=', body.siteId).where('code', '=', body.code)
              : participants.where('id', '=', body.participantId)
          ).executeTakeFirst()
          if (participant === undefined) throw new SpiraError('not_found')
          await withdrawParticipant(trx, {
            id,
            participantId: participant.id,
            siteId: participant.siteId,
            origin: 'console',
            withdrawnAt: new Date().toISOString(),
            actor: actorOf(request),
          })
        })
        await finishWithdrawals(context)
        return { id }
      },
    )

    app.get(
      '/dataset-versions/:id/withdrawn',
      { schema: { params, response: { 200: withdrawnItemsSchema } } },
      (request) => withdrawnItems(context, request.params.id),
    )

    app.get('/model-withdrawals', { schema: { response: { 200: z.array(modelWithdrawalSchema) } } }, () =>
      listModelWithdrawals(db),
    )
    app.post(
      '/model-withdrawals/:id/decision',
      { schema: { params, body: modelDecisionBodySchema, response: { 204: z.null() } } },
      async (request, reply) => {
        await decideOnModel(db, request.params.id, { ...request.body, actor: actorOf(request) })
        return reply.code(204).send(null)
      },
    )

    app.get('/retention-rules', { schema: { response: { 200: z.array(retentionRuleSchema) } } }, () =>
      listRetentionRules(context),
    )
    app.post(
      '/retention-rules',
      { schema: { body: retentionRuleBodySchema, response: { 204: z.null() } } },
      async (request, reply) => {
        await setRetentionRule(context, request.body, actorOf(request))
        return reply.code(204).send(null)
      },
    )
  }
