import type { ApiToken, TokenScope } from '@spira/shared/protocol/accountsApi.ts'
import type { Account } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
import { newSecret, secretHash } from './secretHash.ts'

/** So that a scanner of repositories and logs recognises one. */
const PREFIX = 'spira_'

/** The token's text is in the answer and nowhere else: only its hash is kept. */
export async function createApiToken(
  { db }: ServerContext,
  account: Account,
  { name, scopes, days }: { name: string; scopes: readonly TokenScope[]; days: number },
): Promise<ApiToken & { token: string }> {
  const token = PREFIX + newSecret()
  const createdAt = new Date()
  const expiresAt = new Date(createdAt.getTime() + days * 86_400_000)
  const id = newId()
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('apiTokens')
      .values({
        id,
        accountId: account.id,
        name,
        tokenHash: secretHash(token),
        scopes: JSON.stringify([...new Set(scopes)]),
        createdAt,
        expiresAt,
        lastUsedAt: null,
      })
      .execute()
    await appendAudit(trx, {
      actor: `account:${account.username}`,
      action: 'api-token.created',
      subject: `api-token:${id}`,
      details: { scopes: [...scopes], days },
    })
  })
  return {
    id,
    name,
    scopes: [...new Set(scopes)],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: null,
    token,
  }
}

/** The account's own tokens that still work, newest first. */
export async function listApiTokens({ db }: ServerContext, account: Account): Promise<ApiToken[]> {
  const rows = await db
    .selectFrom('apiTokens')
    .select(['id', 'name', 'scopes', 'createdAt', 'expiresAt', 'lastUsedAt'])
    .where('accountId', '=', account.id)
    .where('expiresAt', '>', new Date())
    .orderBy('id', 'desc')
    .execute()
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }))
}

/** @throws SpiraError not_found when it is no token of this account. */
export async function revokeApiToken({ db }: ServerContext, account: Account, id: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('apiTokens')
      .where('id', '=', id)
      .where('accountId', '=', account.id)
      .executeTakeFirst()
    if (numDeletedRows === 0n) throw new SpiraError('not_found')
    await appendAudit(trx, {
      actor: `account:${account.username}`,
      action: 'api-token.revoked',
      subject: `api-token:${id}`,
    })
  })
}

/** The account and scopes of an `Authorization: Bearer` header, or null. */
export async function bearerOf(
  { db }: ServerContext,
  authorization: string,
): Promise<{ readonly account: Account; readonly scopes: readonly TokenScope[] } | null> {
  const [, token] = /^Bearer (spira_[\w-]{20,100})$/.exec(authorization) ?? []
  if (token === undefined) return null
  const found = await db
    .updateTable('apiTokens')
    .from('accounts')
    .set({ lastUsedAt: new Date() })
    .whereRef('accounts.id', '=', 'apiTokens.accountId')
    .where('apiTokens.tokenHash', '=', secretHash(token))
    .where('apiTokens.expiresAt', '>', new Date())
    .where('accounts.disabledAt', 'is', null)
    .returning(['accounts.id', 'accounts.username', 'accounts.role', 'accounts.mustChangePassword', 'apiTokens.scopes'])
    .executeTakeFirst()
  if (found === undefined) return null
  const { scopes, ...account } = found
  return { account, scopes }
}
