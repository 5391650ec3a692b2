import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TokenScope } from '@spira/shared/protocol/accountsApi.ts'
import { CONSOLE_API, type Account } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { ServerContext } from '../server/context.ts'
import { bearerOf } from './apiTokens.ts'
import { ROUTE_POLICY, TOKEN_SCOPE } from './routePolicy.ts'
import { sessionOf } from './sessions.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the gate on every console route that is not open. */
    account: Account | null
  }
}

/** Guards every console route of this scope: CSRF, session, own password, role. A route without an entry is closed. */
export function addConsoleGate(app: FastifyInstance, context: ServerContext): void {
  app.decorateRequest('account', null)
  app.addHook('onRequest', async (request) => {
    const route = policyKey(request)
    const policy = ROUTE_POLICY[route]
    const { authorization } = request.headers
    if (authorization === undefined) {
      if (request.method !== 'GET' && request.method !== 'HEAD') refuseForeign(request)
      if (policy === 'open') return
    }
    const account =
      authorization === undefined
        ? await sessionOf(context, request)
        : await tokenAccount(context, authorization, TOKEN_SCOPE[route])
    if (account === null) throw new SpiraError('not_signed_in')
    request.account = account
    if (policy === 'own') return
    if (account.mustChangePassword) throw new SpiraError('password_change_required')
    if (!policy?.includes(account.role)) throw new SpiraError('forbidden')
  })
}

/** No browser sends a bearer token by itself: a program's request needs no proof that it came from our page. */
async function tokenAccount(
  context: ServerContext,
  authorization: string,
  scope: TokenScope | undefined,
): Promise<Account | null> {
  const bearer = await bearerOf(context, authorization)
  if (bearer === null) return null
  if (scope === undefined || !bearer.scopes.includes(scope)) throw new SpiraError('forbidden')
  return bearer.account
}

/** Who calls, in a route behind the gate. */
export function accountOf(request: FastifyRequest): Account {
  if (request.account === null) throw new SpiraError('not_signed_in')
  return request.account
}

/** A program called, with a token, and nobody sits before it. */
export const calledByProgram = (request: FastifyRequest): boolean => request.headers.authorization !== undefined

/** The actor's name as the audit log writes it. */
export const actorOf = (request: FastifyRequest): string => `account:${accountOf(request).username}`

function policyKey(request: FastifyRequest): string {
  const method = request.method === 'HEAD' ? 'GET' : request.method
  return `${method} ${(request.routeOptions.url ?? '').slice(CONSOLE_API.length)}`
}

/** A form or a page of another site can neither set this header nor send our Origin. */
function refuseForeign(request: FastifyRequest): void {
  const { origin } = request.headers
  const foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== request.host)
  if (foreign || request.headers['x-spira-console'] !== '1') throw new SpiraError('csrf')
}
