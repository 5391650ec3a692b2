import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { Readable } from 'node:stream'
import { auditChainSchema, auditRowSchema } from '@spira/shared/protocol/consoleApi.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import { pageQuerySchema, pageSchema } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { toPage } from '../server/page.ts'
import { appendAudit, verifyAuditChain } from './auditLog.ts'

/** The newest first: the cursor is the sequence number of the last entry of the page before. */
const querySchema = pageQuerySchema(z.coerce.number().int().positive())

export const auditRoutes =
  ({ db }: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/audit',
      { schema: { querystring: querySchema, response: { 200: pageSchema(auditRowSchema) } } },
      async (request) => {
        const { cursor, limit } = request.query
        let query = db
          .selectFrom('auditLog')
          .select(['sequence', 'at', 'actor', 'action', 'subject', 'hash'])
          .orderBy('sequence', 'desc')
          .limit(limit + 1)
        if (cursor !== undefined) query = query.where('sequence', '<', cursor)
        return toPage(await query.execute(), limit, {
          toItem: (row) => ({ ...row, at: row.at.toISOString() }),
          cursorOf: ({ sequence }) => String(sequence),
        })
      },
    )
    app.get('/audit/chain', { schema: { response: { 200: auditChainSchema } } }, () => verifyAuditChain(db))

    // One entry a line, in their order, with all that its hash is made of: the chain can be computed again elsewhere.
    app.get('/audit/export', { schema: {} }, async (request, reply) => {
      await db
        .transaction()
        .execute((trx) => appendAudit(trx, { actor: actorOf(request), action: 'audit.exported', subject: 'audit-log' }))
      return reply
        .type('application/jsonl; charset=utf-8')
        .header('content-disposition', 'attachment; filename="audit-log.jsonl"')
        .send(Readable.from(auditLines(db)))
    })
  }

async function* auditLines(db: ServerContext['db']): AsyncGenerator<string> {
  for (let after = 0; ; after += 1000) {
    const rows = await db
      .selectFrom('auditLog')
      .selectAll()
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(1000)
      .execute()
    if (rows.length === 0) return
    yield rows.map((row) => `${JSON.stringify({ ...row, at: row.at.toISOString() })}\n`).join('')
  }
}
