import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  agreementSchema,
  curationBodySchema,
  curationSchema,
  queueQuerySchema,
  queueReplySchema,
} from '@spira/shared/protocol/curationApi.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { accountOf } from '../accounts/consoleGate.ts'
import type { ServerContext } from '../server/context.ts'
import { agreementOf } from './agreement.ts'
import { curate, curationsOf } from './curations.ts'
import { nextInQueue } from './queue.ts'

/** What people say of recordings, one after the other, and how far they agree. */
export const curationRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const params = z.object({ id: idSchema })
    const curations = z.array(curationSchema)
    app.get('/recordings/:id/curations', { schema: { params, response: { 200: curations } } }, (request) =>
      curationsOf(context, accountOf(request), request.params.id),
    )
    app.post(
      '/recordings/:id/curations',
      { schema: { params, body: curationBodySchema, response: { 200: curations } } },
      async (request) => {
        const account = accountOf(request)
        await curate(context, account, request.params.id, request.body)
        return curationsOf(context, account, request.params.id)
      },
    )
    app.get(
      '/curation/next',
      { schema: { querystring: queueQuerySchema, response: { 200: queueReplySchema } } },
      (request) => nextInQueue(context, accountOf(request).username, request.query),
    )
    app.get('/curation/agreement', { schema: { response: { 200: agreementSchema } } }, () => agreementOf(context))
  }
