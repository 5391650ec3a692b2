import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from '@spira/shared/protocol/consoleApi.ts'
import type { ServerContext } from '../server/context.ts'
import { newSecret, secretHash } from './secretHash.ts'

const SESSION_HOURS = 12

/** `__Host-` binds the cookie to this host, to https and to the path /; browsers refuse it over plain http. */
const cookieName = (request: FastifyRequest): string => (request.protocol === 'https' ? '__Host-spira' : 'spira')
const cookieOptions = (request: FastifyRequest) =>
  ({ httpOnly: true, sameSite: 'strict', path: '/', secure: request.protocol === 'https' }) as const

export async function startSession(
  { db }: ServerContext,
  account: Account,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const token = newSecret()
  const createdAt = new Date()
  const expiresAt = new Date(createdAt.getTime() + SESSION_HOURS * 3_600_000)
  await db.deleteFrom('sessions').where('expiresAt', '<', createdAt).execute()
  await db
    .insertInto('sessions')
    .values({ tokenHash: secretHash(token), accountId: account.id, createdAt, expiresAt })
    .execute()
  reply.setCookie(cookieName(request), token, { ...cookieOptions(request), maxAge: SESSION_HOURS * 3600 })
}

/** The account of the request's session, or null. */
export async function sessionOf({ db }: ServerContext, request: FastifyRequest): Promise<Account | null> {
  const tokenHash = sessionHash(request)
  if (tokenHash === null) return null
  const found = await db
    .selectFrom('sessions')
    .innerJoin('accounts', 'accounts.id', 'sessions.accountId')
    .select(['accounts.id', 'accounts.username', 'accounts.role', 'accounts.mustChangePassword'])
    .where('sessions.tokenHash', '=', tokenHash)
    .where('sessions.expiresAt', '>', new Date())
    .where('accounts.disabledAt', 'is', null)
    .executeTakeFirst()
  return found ?? null
}

export async function endSession({ db }: ServerContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const tokenHash = sessionHash(request)
  if (tokenHash !== null) await db.deleteFrom('sessions').where('tokenHash', '=', tokenHash).execute()
  reply.clearCookie(cookieName(request), cookieOptions(request))
}

export function sessionHash(request: FastifyRequest): string | null {
  const token = request.cookies[cookieName(request)]
  return token === undefined ? null : secretHash(token)
}
