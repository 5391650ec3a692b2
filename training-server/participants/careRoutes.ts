import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  labelConflictSchema,
  siteBodySchema,
  siteRowSchema,
  storageFactsSchema,
} from '@spira/shared/protocol/careApi.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { pageSchema } from '@spira/shared/protocol/page.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import { storageFacts } from '../blobs/storageFacts.ts'
import { changeSite, createSite, listSites } from '../fleet/sites.ts'
import type { ServerContext } from '../server/context.ts'
import { conflictPageSchema, listLabelConflicts } from './labelConflicts.ts'

/** What whoever looks after the records keeps an eye on. */
export const careRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const sites = z.array(siteRowSchema)
    app.get('/sites', { schema: { response: { 200: sites } } }, () => listSites(context))
    app.post('/sites', { schema: { body: siteBodySchema, response: { 200: sites } } }, (request) =>
      createSite(context, request.body, actorOf(request)),
    )
    app.post(
      '/sites/:id',
      { schema: { params: z.object({ id: idSchema }), body: siteBodySchema, response: { 200: sites } } },
      (request) => changeSite(context, { id: request.params.id, ...request.body }, actorOf(request)),
    )
    app.get(
      '/label-conflicts',
      { schema: { querystring: conflictPageSchema, response: { 200: pageSchema(labelConflictSchema) } } },
      (request) => listLabelConflicts(context, request.query),
    )
    app.get('/storage', { schema: { response: { 200: storageFactsSchema } } }, () => storageFacts(context))
  }
