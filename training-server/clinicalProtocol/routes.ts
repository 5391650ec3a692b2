import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { clinicalProtocolSchema } from '@spira/shared/protocol/clinicalProtocol.ts'
import { protocolVersionSchema, publishProtocolBodySchema } from '@spira/shared/protocol/clinicalProtocolApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import type { ServerContext } from '../server/context.ts'
import { newestProtocol, protocolOfVersion, protocolVersions, publishProtocol } from './protocols.ts'

/** For devices: the newest version. */
export const deviceProtocolRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/clinical-protocol', { schema: { response: { 200: clinicalProtocolSchema } } }, () =>
      newestProtocol(context),
    )
  }

/** For the console: every version, and the next one. */
export const protocolRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/clinical-protocols', { schema: { response: { 200: z.array(protocolVersionSchema) } } }, async () => [
      ...(await protocolVersions(context)),
    ])
    app.get(
      '/clinical-protocols/:version',
      {
        schema: {
          params: z.object({ version: z.coerce.number().int().positive() }),
          response: { 200: clinicalProtocolSchema },
        },
      },
      async (request) => {
        const protocol = await protocolOfVersion(context.db, request.params.version)
        if (protocol === null) throw new SpiraError('not_found')
        return protocol
      },
    )
    app.post(
      '/clinical-protocols',
      { schema: { body: publishProtocolBodySchema, response: { 200: clinicalProtocolSchema } } },
      (request) => publishProtocol(context, request.body, actorOf(request)),
    )
  }
