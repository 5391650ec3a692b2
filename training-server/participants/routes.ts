import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { overviewSchema, recordingsQuerySchema, recordingsReplySchema } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
import { byteRange } from './byteRange.ts'
import { overview } from './overview.ts'
import { listRecordings } from './recordings.ts'

/** What was recorded, for people to see and to hear. */
export const participantRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/overview', { schema: { response: { 200: overviewSchema } } }, () => overview(context))

    app.get(
      '/recordings',
      { schema: { querystring: recordingsQuerySchema, response: { 200: recordingsReplySchema } } },
      (request) => listRecordings(context, request.query),
    )

    app.get('/recordings/:id/audio', { schema: { params: z.object({ id: idSchema }) } }, async (request, reply) => {
      const { id } = request.params
      const recording = await context.db
        .selectFrom('recordings')
        .select('sha256')
        .where('id', '=', id)
        .where('filedAt', 'is not', null)
        .executeTakeFirst()
      if (recording === undefined) throw new SpiraError('not_found')
      const size = await context.blobs.size(recording.sha256)
      const range = byteRange(request.headers.range, size)
      // Nothing of a voice stays in a browser's cache on a shared machine.
      reply.header('accept-ranges', 'bytes').header('cache-control', 'private, no-store').type('audio/wav')
      if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${size}`).send()
      // A player asks for one recording in many pieces; the first piece is the listening.
      if (request.method === 'GET' && (range === null || range.start === 0)) {
        await context.db
          .transaction()
          .execute((trx) =>
            appendAudit(trx, { actor: actorOf(request), action: 'recording.opened', subject: `recording:${id}` }),
          )
      }
      const { start, end } = range ?? { start: 0, end: size - 1 }
      if (range !== null) reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`)
      reply.header('content-length', end - start + 1)
      return reply.send(await context.blobs.open(recording.sha256, { start, end }))
    })
  }
