import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { modelLineageSchema, recordingLineageSchema } from '@spira/shared/protocol/lineage.ts'
import type { ServerContext } from '../server/context.ts'
import { lineageOfModel, lineageOfRecording } from './lineage.ts'

export const lineageRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/model-versions/:modelId/lineage',
      { schema: { params: z.object({ modelId: idSchema }), response: { 200: modelLineageSchema } } },
      (request) => lineageOfModel(context, request.params.modelId),
    )
    app.get(
      '/recordings/:id/lineage',
      { schema: { params: z.object({ id: idSchema }), response: { 200: recordingLineageSchema } } },
      (request) => lineageOfRecording(context, request.params.id),
    )
  }
