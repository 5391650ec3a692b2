import type { Transaction } from 'kysely'
import type { AccountRow } from '@spira/shared/protocol/accountsApi.ts'
import type { Role } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'

/** Everybody who may use the console, by name. */
export async function listPeople({ db }: ServerContext): Promise<AccountRow[]> {
  const rows = await db.selectFrom('accounts').selectAll().orderBy('username').execute()
  return rows.map((row) => ({
    id: row.id,
    username: row.username,
    role: row.role,
    signInBy: row.signInBy,
    state: stateOf(row),
    secondFactor: row.totpConfirmedAt !== null,
    createdAt: row.createdAt.toISOString(),
    lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
  }))
}

function stateOf(row: {
  readonly disabledAt: Date | null
  readonly lockedUntil: Date | null
  readonly signInBy: 'password' | 'oidc'
  readonly passwordHash: string | null
  readonly oidcSubject: string | null
}): AccountRow['state'] {
  if (row.disabledAt !== null) return 'disabled'
  if (row.lockedUntil !== null && row.lockedUntil.getTime() > Date.now()) return 'locked'
  return (row.signInBy === 'password' ? row.passwordHash : row.oidcSubject) === null ? 'invited' : 'active'
}

/** What an administrator changes of an account. Its sessions end, so that the change holds at once. */
export type AccountChange = { readonly role: Role } | { readonly access: 'disabled' | 'enabled' }

/** @throws SpiraError not_found, last_administrator */
export async function changeAccount(
  { db }: ServerContext,
  accountId: string,
  change: AccountChange,
  by: string,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // In one order for all, so that two administrators who demote each other at once wait instead of both succeeding.
    await administrators(trx).orderBy('id').forUpdate().execute()
    const set =
      'role' in change ? { role: change.role } : { disabledAt: change.access === 'disabled' ? new Date() : null }
    const account = await trx
      .updateTable('accounts')
      .set(set)
      .where('id', '=', accountId)
      .returning('username')
      .executeTakeFirst()
    if (account === undefined) throw new SpiraError('not_found')
    if ((await administrators(trx).execute()).length === 0) throw new SpiraError('last_administrator')
    await trx.deleteFrom('sessions').where('accountId', '=', accountId).execute()
    await appendAudit(trx, {
      actor: by,
      action: 'role' in change ? 'account.role-changed' : `account.${change.access}`,
      subject: `account:${account.username}`,
      ...('role' in change && { details: { role: change.role } }),
    })
  })
}

/** Those who can sign in. */
const administrators = (trx: Transaction<Database>) =>
  trx
    .selectFrom('accounts')
    .select('id')
    .where('role', '=', 'administrator')
    .where('disabledAt', 'is', null)
    .where((is) => is.or([is('passwordHash', 'is not', null), is('oidcSubject', 'is not', null)]))
