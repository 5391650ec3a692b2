import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { changesQuerySchema, signedChangesSchema } from '@spira/shared/protocol/changes.ts'
import { eventsReplySchema, finaliseBodySchema, finaliseReplySchema } from '@spira/shared/protocol/deviceApi.ts'
import { MAX_EVENTS_PER_BATCH } from '@spira/shared/protocol/events.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { readChanges } from '../fleet/changeFeed.ts'
import { deviceOf } from '../fleet/requireDevice.ts'
import type { ServerContext } from '../server/context.ts'
import { eventsFrameSchema, ingestEvents } from './events.ts'
import { finaliseRecording } from './finalise.ts'
import { addUploadRoutes } from './uploads.ts'
import { UploadStore } from './uploadStore.ts'

/** An assessment of a long recording names every window's score. */
const MAX_EVENT_BYTES = 64 * 1024
const SWEEP_MS = 3_600_000

/** What an enrolled device sends: events in batches, audio by tus, and the question for a receipt; and what it learns. */
export const ingestRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const uploads = new UploadStore(context.folders.uploads)
    const sweep = setInterval(() => {
      uploads.sweep().catch((error: unknown) => context.log.error({ err: error }, 'sweep of uploads'))
    }, SWEEP_MS)
    app.addHook('onClose', async () => clearInterval(sweep))

    addUploadRoutes(app, context, uploads)

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
      },
      async (request) => ({
        receipt: await finaliseRecording(context, uploads, deviceOf(request), { ...request.params, ...request.body }),
      }),
    )
  }
