import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import {
  channelBodySchema,
  channelSchema,
  reasonBodySchema,
  releaseKeysSchema,
  rolloutSchema,
} from '@spira/shared/protocol/rollouts.ts'
import { pageSchema } from '@spira/shared/protocol/page.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import type { ServerContext } from '../server/context.ts'
import { changeChannel, listChannels, makeChannel } from './channels.ts'
import { installSigned } from './keys/install.ts'
import { keysStatus } from './keys/keysStatus.ts'
import { RELEASE_LIMITS } from '@spira/shared/release/limits.ts'
import {
  advanceRollout,
  pauseRollout,
  promoteShadow,
  resumeRollout,
  withdrawRollout,
} from './rollouts/changeRollout.ts'
import { getRollout, listRollouts, rolloutPageSchema } from './rollouts/listRollouts.ts'

const ACTIONS = {
  pause: pauseRollout,
  resume: resumeRollout,
  withdraw: withdrawRollout,
  advance: advanceRollout,
  promote: promoteShadow,
} as const

/** Rollouts, channels and the keys of the releases, as the console sees them. */
export const rolloutRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = context
    const params = z.object({ id: idSchema })

    app.get(
      '/rollouts',
      { schema: { querystring: rolloutPageSchema, response: { 200: pageSchema(rolloutSchema) } } },
      (request) => listRollouts(context, request.query),
    )
    for (const [name, change] of Object.entries(ACTIONS)) {
      app.post(
        `/rollouts/:id/${name}`,
        { schema: { params, body: reasonBodySchema, response: { 200: rolloutSchema } } },
        async (request) => {
          await change(context, request.params.id, { actor: actorOf(request), reason: request.body.reason })
          return getRollout(context, request.params.id)
        },
      )
    }

    app.get('/channels', { schema: { response: { 200: z.array(channelSchema) } } }, () => listChannels(context))
    app.post('/channels', { schema: { body: channelBodySchema, response: { 200: channelSchema } } }, (request) =>
      makeChannel(context, request.body, actorOf(request)),
    )
    app.put(
      '/channels/:id',
      { schema: { params, body: channelBodySchema, response: { 200: channelSchema } } },
      (request) => changeChannel(context, { id: request.params.id, ...request.body }, actorOf(request)),
    )

    app.get('/release-keys', { schema: { response: { 200: releaseKeysSchema } } }, () => keysStatus(context))
    app.get('/signing-requests/:id', { schema: { params } }, async (request, reply) => {
      const found = await db
        .selectFrom('signingRequests')
        .select(['role', 'version', 'text'])
        .where('id', '=', request.params.id)
        .executeTakeFirst()
      if (found === undefined) throw new SpiraError('not_found')
      return reply
        .header('content-disposition', `attachment; filename="${found.version}.${found.role}.json"`)
        .type('application/json')
        .serializer(String)
        .send(found.text)
    })
    app.post(
      '/signed-files',
      {
        schema: {
          body: z.object({ files: z.array(z.string().max(RELEASE_LIMITS.maxTargetsBytes)).min(1).max(2) }),
          response: { 200: releaseKeysSchema },
        },
      },
      async (request) => {
        await installSigned(context, request.body.files, actorOf(request))
        return keysStatus(context)
      },
    )
  }
