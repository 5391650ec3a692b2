import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { carriedImportSchema } from '@spira/shared/protocol/carriedRecord.ts'
import { deviceRowSchema, enrolmentCodeReplySchema } from '@spira/shared/protocol/consoleApi.ts'
import {
  challengeBodySchema,
  challengeReplySchema,
  enrolBodySchema,
  enrolReplySchema,
  tokenBodySchema,
  tokenReplySchema,
} from '@spira/shared/protocol/deviceApi.ts'
import { devicePolicySchema } from '@spira/shared/protocol/devicePolicy.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema } from '@spira/shared/protocol/ids.ts'
import { actorOf } from '../accounts/consoleGate.ts'
import { importCarriedFile } from '../ingest/importCarried.ts'
import type { ServerContext } from '../server/context.ts'
import { readDevicePolicy, setDevicePolicy } from './devicePolicy.ts'
import { createChallenge, createToken } from './deviceTokens.ts'
import { enrol } from './enrol.ts'
import { createEnrolmentCode, ensureSite } from './enrolmentCodes.ts'
import { revokeDevice } from './revoke.ts'

/** How a device becomes known and proves who it is. */
export const deviceSignInRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const rateLimit = { max: 120, timeWindow: '1 minute' }

    app.post(
      '/enrol',
      { schema: { body: enrolBodySchema, response: { 200: enrolReplySchema } }, config: { rateLimit } },
      (request) => enrol(context, request.body),
    )
    app.post(
      '/challenge',
      {
        schema: { body: challengeBodySchema, response: { 200: challengeReplySchema } },
        config: { rateLimit: { ...rateLimit, max: 1200 } },
      },
      async (request) => {
        const { challenge, expiresAt } = await createChallenge(context, request.body.deviceId)
        return { challenge, expiresAt: expiresAt.toISOString() }
      },
    )
    app.post(
      '/token',
      {
        schema: { body: tokenBodySchema, response: { 200: tokenReplySchema } },
        config: { rateLimit: { ...rateLimit, max: 1200 } },
      },
      async (request) => {
        const { token, expiresAt } = await createToken(context, request.body)
        return { token, expiresAt: expiresAt.toISOString() }
      },
    )
  }

const enrolmentCodeBodySchema = z.object({ siteName: z.string().trim().min(1).max(80).optional() }).default({})
/** 4 GiB: some 4,000 recordings. */
const MAX_CARRIED_BYTES = 4 * 1024 ** 3
const deviceParamsSchema = z.object({ id: idSchema })

/** The fleet as the console sees it. */
export const fleetRoutes =
  (context: ServerContext): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = context

    app.get('/devices', { schema: { response: { 200: z.array(deviceRowSchema) } } }, async () => {
      const rows = await db
        .selectFrom('devices')
        .innerJoin('sites', 'sites.id', 'devices.siteId')
        .select([
          'devices.id',
          'devices.name',
          'sites.name as siteName',
          'enrolledAt',
          'lastSeenAt',
          'modelVersion',
          'appVersion',
          'revokedAt',
          ({ selectFrom }) =>
            selectFrom('recordings')
              .select(({ fn }) => fn.countAll<string>().as('awaited'))
              .whereRef('recordings.deviceId', '=', 'devices.id')
              .where('recordings.filedAt', 'is', null)
              .as('awaited'),
        ])
        .where('devices.imports', '=', false)
        .orderBy('devices.id', 'desc')
        .execute()
      return rows.map((row) => ({
        ...row,
        awaited: Number(row.awaited ?? 0),
        enrolledAt: row.enrolledAt.toISOString(),
        lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
        revokedAt: row.revokedAt?.toISOString() ?? null,
      }))
    })

    app.get('/device-policy', { schema: { response: { 200: devicePolicySchema } } }, () => readDevicePolicy(context))
    app.post(
      '/device-policy',
      { schema: { body: devicePolicySchema, response: { 204: z.null() } } },
      async (request, reply) => {
        await setDevicePolicy(context, request.body, actorOf(request))
        return reply.code(204).send(null)
      },
    )

    app.post(
      '/devices/:id/revoke',
      { schema: { params: deviceParamsSchema, response: { 204: z.null() } } },
      async (request, reply) => {
        await revokeDevice(context, request.params.id, actorOf(request))
        return reply.code(204).send(null)
      },
    )

    // Read as it comes: such a file may hold a week of a ward.
    app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
    app.post(
      '/carried-files',
      { bodyLimit: MAX_CARRIED_BYTES, schema: { response: { 200: carriedImportSchema } } },
      async (request) => {
        if (!(request.body instanceof Readable)) throw new SpiraError('carried_file_invalid', { detail: 'it is empty' })
        return importCarriedFile(context, request.body, actorOf(request))
      },
    )

    app.post(
      '/enrolment-codes',
      { schema: { body: enrolmentCodeBodySchema, response: { 200: enrolmentCodeReplySchema } } },
      async (request) => {
        const { siteName } = request.body
        const site =
          siteName === undefined
            ? await firstSite(context)
            : await ensureSite(context, { name: siteName, simulated: false })
        const { code, expiresAt } = await createEnrolmentCode(context, { siteId: site.id, createdBy: actorOf(request) })
        return { code, expiresAt: expiresAt.toISOString() }
      },
    )
  }

async function firstSite({ db }: ServerContext): Promise<{ id: string }> {
  const site = await db
    .selectFrom('sites')
    .select('id')
    .where('simulated', '=', false)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  if (site === undefined) throw new SpiraError('not_found')
  return site
}
