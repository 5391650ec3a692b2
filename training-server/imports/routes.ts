import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import {
  createImportBodySchema,
  IMPORT_LIMITS,
  importDetailSchema,
  importFileQuerySchema,
  importMappingSchema,
  importReportSchema,
  importRowSchema,
} from '@spira/shared/protocol/importsApi.ts'
import { accountOf } from '../accounts/consoleGate.ts'
import { pageSchema } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { idPageSchema } from '../server/page.ts'
import { Decoder } from './audio/decoder.ts'
import { checkImport, fileImport, importReportCsv } from './fileImport.ts'
import { addFile, createImport, discardImport, importDetail, listImports, requireKeeper } from './imports.ts'
import { stagingFolder } from './staging.ts'
import { undoImport } from './undoImport.ts'

/** Recordings from elsewhere: brought, looked at, filed all at once, and taken out again. */
export const importRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const decoder = new Decoder(stagingFolder(context))
    app.addHook('onClose', async () => decoder.close())
    const params = z.object({ id: idSchema })
    app.addHook('preHandler', async (request) => {
      const one = params.safeParse(request.params)
      if (!one.success) return
      try {
        await requireKeeper(context, one.data.id, accountOf(request))
      } catch (refusal) {
        // A refusal is read only by who has sent all.
        if (request.body instanceof Readable) request.body.resume()
        throw refusal
      }
    })
    const row = { params, response: { 200: importRowSchema } }

    app.get(
      '/imports',
      { schema: { querystring: idPageSchema, response: { 200: pageSchema(importRowSchema) } } },
      (request) => listImports(context, request.query),
    )
    app.post('/imports', { schema: { body: createImportBodySchema, response: { 200: importRowSchema } } }, (request) =>
      createImport(context, request.body.name, accountOf(request).username),
    )
    app.get('/imports/:id', { schema: { params, response: { 200: importDetailSchema } } }, (request) =>
      importDetail(context, request.params.id),
    )
    app.delete('/imports/:id', { schema: { params, response: { 204: z.null() } } }, async (request, reply) => {
      await discardImport(context, request.params.id)
      return reply.code(204).send(null)
    })

    // Read as it comes, and counted.
    app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
    app.post(
      '/imports/:id/files',
      {
        bodyLimit: IMPORT_LIMITS.fileBytes,
        schema: { params, querystring: importFileQuerySchema, response: { 204: z.null() } },
      },
      async (request, reply) => {
        if (!(request.body instanceof Readable)) throw new SpiraError('import_file_refused', { detail: 'it is empty' })
        const { path } = request.query
        await addFile(context, decoder, { importId: request.params.id, path, content: request.body })
        return reply.code(204).send(null)
      },
    )

    app.post(
      '/imports/:id/check',
      { schema: { params, body: importMappingSchema, response: { 200: importReportSchema } } },
      (request) => checkImport(context, request.params.id, request.body),
    )
    app.post(
      '/imports/:id/report',
      { schema: { params, body: importMappingSchema, response: { 200: z.string() } } },
      async (request, reply) => {
        const csv = await importReportCsv(context, request.params.id, request.body)
        return reply
          .header('content-type', 'text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="report.csv"')
          .serializer(String)
          .send(csv)
      },
    )
    app.post('/imports/:id/file', { schema: { ...row, body: importMappingSchema } }, (request) =>
      fileImport(context, request.params.id, request.body, accountOf(request).username),
    )
    app.post('/imports/:id/undo', { schema: row }, (request) =>
      undoImport(context, request.params.id, accountOf(request).username),
    )
  }
