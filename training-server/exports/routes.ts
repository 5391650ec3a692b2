import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { exportPreviewSchema, exportRequestSchema, exportRowSchema } from '@spira/shared/protocol/exportsApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { accountOf, actorOf } from '../accounts/consoleGate.ts'
import { auditReading } from '../audit/auditReading.ts'
import { prepareBlob } from '../blobs/sendBlob.ts'
import { pageSchema } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { idPageSchema } from '../server/page.ts'
import { exportPreview } from './exportPreview.ts'
import { cancelExport, getExport, listExports, startExport } from './exports.ts'

/** Dataset versions on their way out: what would leave, the job that writes it, and the file. */
export const exportRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const params = z.object({ id: idSchema })

    app.post(
      '/exports/dry-run',
      { schema: { body: exportRequestSchema, response: { 200: exportPreviewSchema } } },
      (request) => exportPreview(context, request.body),
    )
    app.post('/exports', { schema: { body: exportRequestSchema, response: { 200: exportRowSchema } } }, (request) =>
      startExport(context, request.body, accountOf(request).username),
    )
    app.get(
      '/exports',
      { schema: { querystring: idPageSchema, response: { 200: pageSchema(exportRowSchema) } } },
      (request) => listExports(context, request.query),
    )
    app.get('/exports/:id', { schema: { params, response: { 200: exportRowSchema } } }, (request) =>
      getExport(context, request.params.id),
    )
    app.post('/exports/:id/cancel', { schema: { params, response: { 200: exportRowSchema } } }, (request) =>
      cancelExport(context, request.params.id),
    )

    app.get('/exports/:id/file', { schema: { params } }, async (request, reply) => {
      const { id, sha256, fileName } = await made(context, request.params.id)
      reply.type('application/zip').header('content-disposition', `attachment; filename="${fileName}"`)
      const blob = await prepareBlob(context.blobs, sha256, request, reply)
      const entry = { actor: actorOf(request), action: 'export.downloaded', subject: `export:${id}` }
      await auditReading(context.db, entry, blob.reads)
      return blob.send()
    })
    app.get('/exports/:id/checksum', { schema: { params } }, async (request, reply) => {
      const { sha256, fileName } = await made(context, request.params.id)
      return reply
        .type('text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="${fileName}.sha256"`)
        .send(`${sha256}  ${fileName}\n`)
    })
    app.get('/exports/:id/croissant', { schema: { params } }, async (request, reply) => {
      await made(context, request.params.id)
      const { croissant } = await context.db
        .selectFrom('exports')
        .select('croissant')
        .where('id', '=', request.params.id)
        .executeTakeFirstOrThrow()
      return reply.type('application/ld+json').send(JSON.stringify(croissant, null, 2))
    })
  }

/** @throws SpiraError not_found as long as there is no file. */
async function made(context: ServerContext, id: string) {
  const { sha256, fileName } = await getExport(context, id)
  if (sha256 === null) throw new SpiraError('not_found')
  return { id, sha256, fileName }
}
