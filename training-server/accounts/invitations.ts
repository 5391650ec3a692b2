import type { Account, Role } from '@spira/shared/protocol/consoleApi.ts'
import type { Invitation } from '@spira/shared/protocol/accountsApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'
import { ACCOUNT_LIMITS } from './accounts.ts'
import { hashPassword } from './password.ts'
import { newSecret, secretHash } from './secretHash.ts'

const INVITATION_DAYS = 7

/**
 * An account for somebody: with a link to choose a password by, or, for who signs in elsewhere, at once.
 *
 * @throws SpiraError username_taken
 */
export async function invite(
  { db }: ServerContext,
  { username, role, signInBy, by }: { username: string; role: Role; signInBy: 'password' | 'oidc'; by: string },
): Promise<Invitation> {
  const id = newId()
  return db.transaction().execute(async (trx) => {
    const made = await trx
      .insertInto('accounts')
      .values({
        id,
        username,
        passwordHash: null,
        role,
        mustChangePassword: false,
        failedSignIns: 0,
        lockedUntil: null,
        createdAt: new Date(),
        signInBy,
      })
      .onConflict((conflict) => conflict.column('username').doNothing())
      .executeTakeFirst()
    if (made.numInsertedOrUpdatedRows === 0n) throw new SpiraError('username_taken', { username })
    const link = newLink(id)
    if (signInBy === 'password') await trx.insertInto('accountInvitations').values(link.row).execute()
    await appendAudit(trx, {
      actor: by,
      action: 'account.invited',
      subject: `account:${username}`,
      details: { role, signInBy },
    })
    return signInBy === 'password'
      ? { accountId: id, path: link.path, expiresAt: link.row.expiresAt.toISOString() }
      : { accountId: id, path: null, expiresAt: null }
  })
}

/** A new link for an account that lost its own or its password: the password and every session end at once. */
export async function inviteAgain({ db }: ServerContext, accountId: string, by: string): Promise<Invitation> {
  return db.transaction().execute(async (trx) => {
    const account = await trx
      .updateTable('accounts')
      .set({ passwordHash: null, mustChangePassword: false, failedSignIns: 0, lockedUntil: null })
      .where('id', '=', accountId)
      .where('signInBy', '=', 'password')
      .returning('username')
      .executeTakeFirst()
    if (account === undefined) throw new SpiraError('not_found')
    await trx.deleteFrom('sessions').where('accountId', '=', accountId).execute()
    await trx.deleteFrom('accountInvitations').where('accountId', '=', accountId).execute()
    const link = newLink(accountId)
    await trx.insertInto('accountInvitations').values(link.row).execute()
    await appendAudit(trx, { actor: by, action: 'account.invited-again', subject: `account:${account.username}` })
    return { accountId, path: link.path, expiresAt: link.row.expiresAt.toISOString() }
  })
}

/** Whose link this is. @throws SpiraError invitation_invalid */
export async function openInvitation({ db }: ServerContext, token: string) {
  const found = await db
    .selectFrom('accountInvitations')
    .innerJoin('accounts', 'accounts.id', 'accountInvitations.accountId')
    .select(['accounts.username', 'accounts.role', 'accountInvitations.expiresAt'])
    .where('tokenHash', '=', secretHash(token))
    .where('expiresAt', '>', new Date())
    .where('disabledAt', 'is', null)
    .executeTakeFirst()
  if (found === undefined) throw new SpiraError('invitation_invalid')
  return { ...found, expiresAt: found.expiresAt.toISOString() }
}

/** Sets the password of the invited; the link is used up. @throws SpiraError invitation_invalid, password_weak */
export async function acceptInvitation({ db }: ServerContext, token: string, password: string): Promise<Account> {
  if (password.length < ACCOUNT_LIMITS.minPasswordLength) throw new SpiraError('password_weak')
  const passwordHash = await hashPassword(password)
  return db.transaction().execute(async (trx) => {
    const used = await trx
      .deleteFrom('accountInvitations')
      .where('tokenHash', '=', secretHash(token))
      .where('expiresAt', '>', new Date())
      .returning('accountId')
      .executeTakeFirst()
    const account =
      used &&
      (await trx
        .updateTable('accounts')
        .set({ passwordHash, mustChangePassword: false, lastSignInAt: new Date() })
        .where('id', '=', used.accountId)
        .where('disabledAt', 'is', null)
        .returning(['id', 'username', 'role', 'mustChangePassword'])
        .executeTakeFirst())
    if (account === undefined) throw new SpiraError('invitation_invalid')
    const name = `account:${account.username}`
    await appendAudit(trx, { actor: name, action: 'account.invitation-accepted', subject: name })
    return account
  })
}

function newLink(accountId: string) {
  const token = newSecret()
  const expiresAt = new Date(Date.now() + INVITATION_DAYS * 86_400_000)
  return { path: `/console/invitation#${token}`, row: { tokenHash: secretHash(token), accountId, expiresAt } }
}
