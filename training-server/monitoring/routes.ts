import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { alertSchema, monitoredWeekSchema } from '@spira/shared/protocol/monitoring.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import { appendAudit } from '../audit/auditLog.ts'
import { pageSchema } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { idOf, idPageSchema, toPage } from '../server/page.ts'
import { weeklyFigures } from './weekly.ts'

/** How models fare where they are used, and what calls for a look. */
export const monitoringRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = context
    app.get('/monitoring', { schema: { response: { 200: z.array(monitoredWeekSchema) } } }, () =>
      weeklyFigures(context, new Date()),
    )
    app.get(
      '/alerts',
      { schema: { querystring: idPageSchema, response: { 200: pageSchema(alertSchema) } } },
      async (request) => {
        const { cursor, limit } = request.query
        const rows = await db
          .selectFrom('alerts')
          .selectAll()
          .$if(cursor !== undefined, (all) => all.where('id', '<', cursor ?? ''))
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute()
        return toPage(rows, limit, {
          toItem: ({ raisedAt, closedAt, deliveredAt, ...row }) => ({
            ...row,
            raisedAt: raisedAt.toISOString(),
            deliveredAt: deliveredAt?.toISOString() ?? null,
            closedAt: closedAt?.toISOString() ?? null,
          }),
          cursorOf: idOf,
        })
      },
    )
    app.post(
      '/alerts/:id/close',
      { schema: { params: z.object({ id: idSchema }), response: { 204: z.null() } } },
      async (request, reply) => {
        const { id } = request.params
        const actor = actorOf(request)
        await db.transaction().execute(async (trx) => {
          const closed = await trx
            .updateTable('alerts')
            .set({ closedAt: new Date(), closedBy: actor })
            .where('id', '=', id)
            .where('closedAt', 'is', null)
            .returning('id')
            .executeTakeFirst()
          if (closed === undefined) throw new SpiraError('not_found')
          await appendAudit(trx, { actor, action: 'alert.closed', subject: `alert:${id}` })
        })
        return reply.code(204).send(null)
      },
    )
  }
