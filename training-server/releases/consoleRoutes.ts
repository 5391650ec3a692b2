import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema, newId } from '@spira/shared/protocol/ids.ts'
import {
  channelBodySchema,
  channelSchema,
  reasonBodySchema,
  releaseKeysSchema,
  rolloutSchema,
} from '@spira/shared/protocol/rollouts.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
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
import { listRollouts } from './rollouts/listRollouts.ts'

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
    const rollouts = { response: { 200: z.array(rolloutSchema) } }

    app.get('/rollouts', { schema: rollouts }, () => listRollouts(context))
    for (const [name, change] of Object.entries(ACTIONS)) {
      app.post(
        `/rollouts/:id/${name}`,
        { schema: { params, body: reasonBodySchema, ...rollouts } },
        async (request) => {
          await change(context, request.params.id, { actor: actorOf(request), reason: request.body.reason })
          return listRollouts(context)
        },
      )
    }

    app.get('/channels', { schema: { response: { 200: z.array(channelSchema) } } }, () =>
      db.selectFrom('channels').select(['id', 'name', 'siteIds', 'deviceIds']).orderBy('name').execute(),
    )
    app.post(
      '/channels',
      { schema: { body: channelBodySchema, response: { 200: channelSchema } } },
      async (request) => {
        const channel = { id: newId(), ...request.body }
        await db.transaction().execute(async (trx) => {
          const added = await trx
            .insertInto('channels')
            .values({
              id: channel.id,
              name: channel.name,
              siteIds: JSON.stringify(channel.siteIds),
              deviceIds: JSON.stringify(channel.deviceIds),
              createdAt: new Date(),
            })
            .onConflict((conflict) => conflict.column('name').doNothing())
            .returning('id')
            .executeTakeFirst()
          if (added === undefined) throw new SpiraError('name_taken', { name: channel.name })
          await appendAudit(trx, { actor: actorOf(request), action: 'channel.made', subject: `channel:${channel.id}` })
        })
        return channel
      },
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
