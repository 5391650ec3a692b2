import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { datasetVersionSchema, freezeBodySchema } from '@spira/shared/protocol/consoleApi.ts'
import { accountOf } from '../accounts/consoleGate.ts'
import type { ServerContext } from '../server/context.ts'
import { freezeDataset, toDatasetVersion } from './freeze.ts'

export const datasetRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/dataset-versions', { schema: { response: { 200: z.array(datasetVersionSchema) } } }, async () => {
      const rows = await context.db.selectFrom('datasetVersions').selectAll().orderBy('id', 'desc').execute()
      return rows.map(toDatasetVersion)
    })
    app.post(
      '/dataset-versions',
      { schema: { body: freezeBodySchema, response: { 200: datasetVersionSchema } } },
      (request) => freezeDataset(context, { ...request.body, frozenBy: accountOf(request).username }),
    )
  }
