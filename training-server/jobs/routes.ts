import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { startRunBodySchema, trainingRunSchema } from '@spira/shared/protocol/consoleApi.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { accountOf, actorOf } from '../accounts/consoleGate.ts'
import type { ServerContext } from '../server/context.ts'
import { cancelRun, getRun, listRuns, startRun } from './trainingRuns.ts'

export const trainingRunRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const params = z.object({ id: idSchema })

    app.get('/training-runs', { schema: { response: { 200: z.array(trainingRunSchema) } } }, () => listRuns(context.db))
    app.post(
      '/training-runs',
      { schema: { body: startRunBodySchema, response: { 200: trainingRunSchema } } },
      (request) => startRun(context, { ...request.body, startedBy: accountOf(request).username }),
    )
    app.get('/training-runs/:id', { schema: { params, response: { 200: trainingRunSchema } } }, (request) =>
      getRun(context.db, request.params.id),
    )
    app.post('/training-runs/:id/cancel', { schema: { params, response: { 200: trainingRunSchema } } }, (request) =>
      cancelRun(context, request.params.id, actorOf(request)),
    )
  }
