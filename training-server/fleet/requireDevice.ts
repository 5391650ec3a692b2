import type { FastifyInstance, FastifyRequest } from 'fastify'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { secretHash } from '../accounts/secretHash.ts'
import type { ServerContext } from '../server/context.ts'
import { refuseRevoked } from './revoke.ts'

export interface AuthenticatedDevice {
  readonly id: string
  readonly siteId: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by requireDevice. */
    device: AuthenticatedDevice | null
  }
}

/** Closes every route of this scope to all but enrolled devices with a fresh token; `deviceOf` says which one calls. */
export function requireDevice(app: FastifyInstance, context: ServerContext): void {
  app.decorateRequest('device', null)
  app.addHook('onRequest', async (request) => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ')
    if (scheme !== 'Bearer' || token === undefined) throw new SpiraError('token_invalid')
    const tokenHash = secretHash(token)
    request.device = context.verifiedTokens.get(tokenHash)
    if (request.device !== null) return
    const found = await context.db
      .selectFrom('deviceTokens')
      .innerJoin('devices', 'devices.id', 'deviceTokens.deviceId')
      .select(['devices.id', 'devices.siteId', 'devices.revokedAt', 'deviceTokens.expiresAt'])
      .where('tokenHash', '=', tokenHash)
      .where('expiresAt', '>', new Date())
      .executeTakeFirst()
    if (found === undefined) throw new SpiraError('token_invalid')
    if (found.revokedAt !== null) throw await refuseRevoked(context, found.id, found.revokedAt)
    request.device = { id: found.id, siteId: found.siteId }
    context.verifiedTokens.remember(tokenHash, request.device, found.expiresAt)
  })
}

export function deviceOf(request: FastifyRequest): AuthenticatedDevice {
  if (request.device === null) throw new SpiraError('token_invalid')
  return request.device
}
