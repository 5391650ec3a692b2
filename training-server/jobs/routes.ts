import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  runArtefactSchema,
  runConfigurationSchema,
  startRunBodySchema,
  trainingRunSchema,
} from '@spira/shared/protocol/consoleApi.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import {
  dryRunBodySchema,
  dryRunSchema,
  newTriggerBodySchema,
  runTriggerSchema,
} from '@spira/shared/protocol/runTriggers.ts'
import { reasonBodySchema } from '@spira/shared/protocol/rollouts.ts'
import { runStageRowSchema } from '@spira/shared/protocol/trainingStages.ts'
import { accountOf, actorOf } from '../accounts/consoleGate.ts'
import { pageSchema } from '@spira/shared/protocol/page.ts'
import type { ServerContext } from '../server/context.ts'
import { idPageSchema } from '../server/page.ts'
import { openArtefact } from './runArtefacts.ts'
import { dryRun } from './triggers/dryRun.ts'
import { addTrigger, changeTrigger, listTriggers, removeTrigger } from './triggers/triggers.ts'
import { deadLetters, stagesOfRun } from './stages/listStages.ts'
import { cancelRun, configurationOf, dismissRun, getRun, listRuns, retryRun, startRun } from './trainingRuns.ts'

export const trainingRunRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const params = z.object({ id: idSchema })

    app.get(
      '/training-runs',
      { schema: { querystring: idPageSchema, response: { 200: pageSchema(trainingRunSchema) } } },
      (request) => listRuns(context.db, request.query),
    )
    app.post(
      '/training-runs',
      { schema: { body: startRunBodySchema, response: { 200: trainingRunSchema } } },
      (request) => startRun(context, { ...request.body, startedBy: accountOf(request).username }),
    )
    app.get('/training-runs/:id', { schema: { params, response: { 200: trainingRunSchema } } }, (request) =>
      getRun(context.db, request.params.id),
    )
    app.get(
      '/training-runs/:id/artefacts/:kind',
      { schema: { params: params.extend({ kind: runArtefactSchema }) } },
      async (request, reply) => {
        const { id, kind } = request.params
        const { byteLength, stream } = await openArtefact(context, id, kind)
        const page = kind === 'report'
        reply
          .type(page ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8')
          .header('content-length', byteLength)
          .header('content-disposition', `inline; filename="run-${id}-${kind}.${page ? 'html' : 'json'}"`)
          .header('cache-control', 'private, no-store')
        // Names in it come from people: it runs nothing, asks for nothing and has no origin.
        if (page) reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox")
        return reply.send(stream)
      },
    )
    app.post(
      '/training-runs/dry-run',
      { schema: { body: dryRunBodySchema, response: { 200: dryRunSchema } } },
      (request) => dryRun(context, request.body),
    )
    const triggers = z.array(runTriggerSchema)
    app.get('/run-triggers', { schema: { response: { 200: triggers } } }, () => listTriggers(context.db))
    app.post(
      '/run-triggers',
      { schema: { body: newTriggerBodySchema, response: { 200: triggers } } },
      async (request) => {
        await addTrigger(context, request.body.trigger, request.body.settings, actorOf(request))
        return listTriggers(context.db)
      },
    )
    app.put(
      '/run-triggers/:id',
      { schema: { params, body: newTriggerBodySchema, response: { 200: triggers } } },
      async (request) => {
        const { trigger, settings } = request.body
        await changeTrigger(context, request.params.id, trigger, settings, actorOf(request))
        return listTriggers(context.db)
      },
    )
    app.delete('/run-triggers/:id', { schema: { params, response: { 200: triggers } } }, async (request) => {
      await removeTrigger(context, request.params.id, actorOf(request))
      return listTriggers(context.db)
    })
    app.get(
      '/training-runs/:id/configuration',
      { schema: { params, response: { 200: runConfigurationSchema } } },
      (request) => configurationOf(context.db, request.params.id),
    )
    app.get(
      '/training-runs/:id/stages',
      { schema: { params, response: { 200: z.array(runStageRowSchema) } } },
      (request) => stagesOfRun(context.db, request.params.id),
    )
    app.get(
      '/dead-letters',
      { schema: { querystring: idPageSchema, response: { 200: pageSchema(runStageRowSchema) } } },
      (request) => deadLetters(context.db, request.query),
    )
    app.post(
      '/training-runs/:id/dismiss',
      { schema: { params, body: reasonBodySchema, response: { 200: trainingRunSchema } } },
      (request) => dismissRun(context, request.params.id, { actor: actorOf(request), reason: request.body.reason }),
    )
    app.post('/training-runs/:id/retry', { schema: { params, response: { 200: trainingRunSchema } } }, (request) =>
      retryRun(context, request.params.id, actorOf(request)),
    )
    app.post('/training-runs/:id/cancel', { schema: { params, response: { 200: trainingRunSchema } } }, (request) =>
      cancelRun(context, request.params.id, actorOf(request)),
    )
  }
