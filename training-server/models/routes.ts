import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { approveBodySchema, modelVersionSchema, trainingRunSchema } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { accountOf, actorOf } from '../accounts/consoleGate.ts'
import { judgeAgain } from '../jobs/judgeAgain.ts'
import type { ServerContext } from '../server/context.ts'
import { approveModel } from './approve.ts'
import { listModelVersions } from './modelVersions.ts'

/** The registry as the console sees it. */
export const modelRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/model-versions', { schema: { response: { 200: z.array(modelVersionSchema) } } }, () =>
      listModelVersions(context),
    )

    app.post(
      '/model-versions/:modelId/judge',
      { schema: { params: z.object({ modelId: idSchema }), response: { 200: trainingRunSchema } } },
      (request) => judgeAgain(context, request.params.modelId, actorOf(request)),
    )

    app.post(
      '/model-versions/:modelId/approve',
      {
        schema: {
          params: z.object({ modelId: idSchema }),
          body: approveBodySchema,
          response: { 200: modelVersionSchema },
        },
      },
      async (request) => {
        const { modelId } = request.params
        const { reason, override = false, rollout } = request.body
        await approveModel(context, modelId, { approvedBy: accountOf(request).username, reason, override, rollout })
        const approved = (await listModelVersions(context)).find((model) => model.modelId === modelId)
        if (approved === undefined) throw new SpiraError('not_found')
        return approved
      },
    )
  }
