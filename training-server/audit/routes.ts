import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { auditRowSchema } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../server/context.ts'

const querySchema = z.object({
  /** Entries before this sequence number; the newest first. */
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(200),
})

export const auditRoutes =
  ({ db }: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/audit',
      { schema: { querystring: querySchema, response: { 200: z.array(auditRowSchema) } } },
      async (request) => {
        const { before, limit } = request.query
        let query = db
          .selectFrom('auditLog')
          .select(['sequence', 'at', 'actor', 'action', 'subject', 'hash'])
          .orderBy('sequence', 'desc')
          .limit(limit)
        if (before !== undefined) query = query.where('sequence', '<', before)
        return (await query.execute()).map((row) => ({ ...row, at: row.at.toISOString() }))
      },
    )
  }
