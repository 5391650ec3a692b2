import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { overviewSchema } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { actorOf, calledByProgram } from '../accounts/consoleGate.ts'
import { auditReading } from '../audit/auditReading.ts'
import { prepareBlob } from '../blobs/sendBlob.ts'
import { NEVER_EXPORTED } from '../exports/deidentification.ts'
import type { ServerContext } from '../server/context.ts'
import { overview } from './overview.ts'

/** What was recorded, for people to see and to hear. */
export const participantRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/overview', { schema: { response: { 200: overviewSchema } } }, () => overview(context))

    app.get('/recordings/:id/audio', { schema: { params: z.object({ id: idSchema }) } }, async (request, reply) => {
      const { id } = request.params
      const recording = await context.db
        .selectFrom('recordings')
        .select(['sha256', 'task'])
        .where('id', '=', id)
        .where('filedAt', 'is not', null)
        .executeTakeFirst()
      if (recording === undefined) throw new SpiraError('not_found')
      // A person may listen to them; a program's copy has left.
      if (calledByProgram(request) && NEVER_EXPORTED.has(recording.task)) throw new SpiraError('never_exported')
      reply.type('audio/wav')
      const blob = await prepareBlob(context.blobs, recording.sha256, request, reply)
      const entry = { actor: actorOf(request), action: 'recording.opened', subject: `recording:${id}` }
      await auditReading(context.db, entry, blob.reads)
      return blob.send()
    })
  }
