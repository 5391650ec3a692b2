import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { changesQuerySchema, signedChangesSchema } from '@spira/shared/protocol/changes.ts'
import { eventsReplySchema, finaliseBodySchema, finaliseReplySchema } from '@spira/shared/protocol/deviceApi.ts'
import { MAX_EVENTS_PER_BATCH } from '@spira/shared/protocol/events.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { readChanges } from '../fleet/changeFeed.ts'
import { perDevice } from '../fleet/perDevice.ts'
import { deviceOf } from '../fleet/requireDevice.ts'
import type { ServerContext } from '../server/context.ts'
import { eventsFrameSchema, ingestEvents } from './events.ts'
import { finaliseRecording } from './finalise.ts'
import { addUploadRoutes } from './uploads.ts'

/** An assessment of a long recording names every window's score. */
const MAX_EVENT_BYTES = 64 * 1024

/** What an enrolled device sends: events in batches, audio by tus, and the question for a receipt; and what it learns. */
export const ingestRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    addUploadRoutes(app, context)

    app.get(
      '/changes',
      { schema: { querystring: changesQuerySchema, response: { 200: signedChangesSchema } } },
      (request) => readChanges(context, deviceOf(request), request.query.cursor ?? null),
    )
    app.post(
      '/events',
      {
        schema: { body: eventsFrameSchema, response: { 200: eventsReplySchema } },
        bodyLimit: MAX_EVENTS_PER_BATCH * MAX_EVENT_BYTES,
        config: { rateLimit: perDevice(600) },
      },
      (request) => ingestEvents(context, deviceOf(request), request.body),
    )
    app.post(
      '/recordings/:recordingId/finalise',
      {
        schema: {
          params: z.object({ recordingId: idSchema }),
          body: finaliseBodySchema,
          response: { 200: finaliseReplySchema },
        },
        config: { rateLimit: perDevice(1200) },
      },
      async (request) => ({
        receipt: await finaliseRecording(context, deviceOf(request), { ...request.params, ...request.body }),
      }),
    )
  }
