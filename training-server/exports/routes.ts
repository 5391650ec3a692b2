import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
import { datasetArchive } from './archive.ts'

export const exportRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/dataset-versions/:id/archive.zip',
      { schema: { params: z.object({ id: idSchema }) } },
      async (request, reply) => {
        const { id } = request.params
        const { name, stream } = await datasetArchive(context, id)
        await context.db
          .transaction()
          .execute((trx) =>
            appendAudit(trx, { actor: actorOf(request), action: 'dataset.exported', subject: `dataset-version:${id}` }),
          )
        return reply
          .type('application/zip')
          .header('content-disposition', `attachment; filename="${name}"`)
          .header('cache-control', 'private, no-store')
          .send(stream)
      },
    )
  }
