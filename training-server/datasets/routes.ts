import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { datasetVersionSchema, freezeBodySchema } from '@spira/shared/protocol/consoleApi.ts'
import { datasetDiffSchema, diffRecordingSchema } from '@spira/shared/protocol/cohortApi.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { accountOf } from '../accounts/consoleGate.ts'
import { pageSchema } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { idOf, idPageSchema, toPage } from '../server/page.ts'
import { datasheet } from './datasheet.ts'
import { diffRecordings, diffVersions } from './diffVersions.ts'
import { freezeDataset, toDatasetVersion } from './freeze.ts'

export const datasetRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/dataset-versions',
      { schema: { querystring: idPageSchema, response: { 200: pageSchema(datasetVersionSchema) } } },
      async (request) => {
        const { cursor, limit } = request.query
        const rows = await context.db
          .selectFrom('datasetVersions')
          .selectAll()
          .$if(cursor !== undefined, (all) => all.where('id', '<', cursor ?? ''))
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute()
        return toPage(rows, limit, { toItem: toDatasetVersion, cursorOf: idOf })
      },
    )
    app.post(
      '/dataset-versions',
      { schema: { body: freezeBodySchema, response: { 200: datasetVersionSchema } } },
      (request) => freezeDataset(context, { ...request.body, frozenBy: accountOf(request).username }),
    )
    app.get(
      '/dataset-versions/:id/diff/:other',
      {
        schema: {
          params: z.object({ id: idSchema, other: idSchema }),
          response: { 200: datasetDiffSchema },
        },
      },
      (request) => diffVersions(context, request.params.id, request.params.other),
    )
    app.get(
      '/dataset-versions/:id/diff/:other/recordings',
      {
        schema: {
          params: z.object({ id: idSchema, other: idSchema }),
          querystring: idPageSchema,
          response: { 200: pageSchema(diffRecordingSchema) },
        },
      },
      ({ params: { id: from, other: to }, query }) => diffRecordings(context, { from, to, ...query }),
    )
    app.get(
      '/dataset-versions/:id/datasheet',
      { schema: { params: z.object({ id: idSchema }) } },
      async (request, reply) =>
        reply.type('text/markdown; charset=utf-8').send(await datasheet(context, request.params.id)),
    )
  }
