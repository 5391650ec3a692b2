import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { labelConflictSchema, siteRowSchema, storageFactsSchema } from '@spira/shared/protocol/careApi.ts'
import { storageFacts } from '../blobs/storageFacts.ts'
import type { ServerContext } from '../server/context.ts'
import { listLabelConflicts } from './labelConflicts.ts'

/** What whoever looks after the records keeps an eye on. */
export const careRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/sites', { schema: { response: { 200: z.array(siteRowSchema) } } }, () =>
      context.db.selectFrom('sites').select(['id', 'name', 'simulated']).orderBy('name').execute(),
    )
    app.get('/label-conflicts', { schema: { response: { 200: z.array(labelConflictSchema) } } }, () =>
      listLabelConflicts(context),
    )
    app.get('/storage', { schema: { response: { 200: storageFactsSchema } } }, () => storageFacts(context))
  }
