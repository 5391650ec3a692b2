import { randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Account, Role } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'
import { hashPassword, passwordMatches } from './password.ts'
import { useSecondFactor } from './secondFactor.ts'

export const ACCOUNT_LIMITS = {
  failuresBeforeLock: 5,
  /** The first wait; each further five failures without a sign-in between double it, up to an hour: nobody is shut out for a day. */
  lockSeconds: 300,
  longestLockSeconds: 3600,
  minPasswordLength: 12,
} as const

/** An account with a one-time password: the holder must choose another before anything else. */
export async function createAccount(
  { db }: ServerContext,
  { username, role }: { username: string; role: Role },
): Promise<{ id: string; oneTimePassword: string }> {
  const id = newId()
  const oneTimePassword = newOneTimePassword()
  const passwordHash = await hashPassword(oneTimePassword)
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('accounts')
      .values({
        id,
        username,
        passwordHash,
        role,
        mustChangePassword: true,
        failedSignIns: 0,
        lockedUntil: null,
        createdAt: new Date(),
      })
      .execute()
    await appendAudit(trx, {
      actor: 'server',
      action: 'account.created',
      subject: `account:${username}`,
      details: { role },
    })
  })
  return { id, oneTimePassword }
}

/** On the first start only. @returns the one-time password of `admin`, or null when there are accounts. */
export async function createFirstAdministrator(context: ServerContext): Promise<string | null> {
  const existing = await context.db.selectFrom('accounts').select('id').limit(1).executeTakeFirst()
  if (existing !== undefined) return null
  return (await createAccount(context, { username: 'admin', role: 'administrator' })).oneTimePassword
}

/** From the server's own command line, for who lost everything: a one-time password; sessions end, locks and the second factor go. @returns null when there is no such account. */
export async function resetPassword({ db }: ServerContext, username: string): Promise<string | null> {
  const oneTimePassword = newOneTimePassword()
  const passwordHash = await hashPassword(oneTimePassword)
  return db.transaction().execute(async (trx) => {
    const account = await trx
      .updateTable('accounts')
      .set({
        passwordHash,
        mustChangePassword: true,
        failedSignIns: 0,
        lockedUntil: null,
        disabledAt: null,
        totpSecret: null,
        totpConfirmedAt: null,
      })
      .where('username', '=', username)
      .returning('id')
      .executeTakeFirst()
    if (account === undefined) return null
    await trx.deleteFrom('sessions').where('accountId', '=', account.id).execute()
    await appendAudit(trx, { actor: 'server', action: 'account.password-reset', subject: `account:${username}` })
    return oneTimePassword
  })
}

const newOneTimePassword = (): string => randomBytes(15).toString('base64url')

/**
 * The account whose name, password and, where it is on, second factor these are. The row stays locked while they are checked,
 * so that guesses in parallel are counted one by one.
 *
 * @throws SpiraError sign_in_failed, sign_in_locked, second_factor_required, second_factor_wrong
 */
export async function checkPassword(
  context: ServerContext,
  { username, password, code }: { username: string; password: string; code?: string | undefined },
): Promise<Account> {
  const outcome = await context.db.transaction().execute(async (trx) => {
    const found = await trx
      .selectFrom('accounts')
      .selectAll()
      .where('username', '=', username)
      .forUpdate()
      .executeTakeFirst()
    if (found === undefined || found.passwordHash === null || found.disabledAt !== null) {
      // As slow as a wrong password: the time must not tell which names exist.
      await passwordMatches(password, await nobody)
      return new SpiraError('sign_in_failed')
    }
    const now = Date.now()
    if (found.lockedUntil !== null && found.lockedUntil.getTime() > now) {
      return new SpiraError('sign_in_locked', { seconds: Math.ceil((found.lockedUntil.getTime() - now) / 1000) })
    }
    if (!(await passwordMatches(password, found.passwordHash)))
      return await countFailure(trx, found.id, found.username, found.failedSignIns + 1)
    if (found.totpConfirmedAt !== null) {
      if (code === undefined) return new SpiraError('second_factor_required')
      if (!(await useSecondFactor(context, trx, found, code))) {
        const refusal = await countFailure(trx, found.id, found.username, found.failedSignIns + 1)
        return refusal.code === 'sign_in_locked' ? refusal : new SpiraError('second_factor_wrong')
      }
    }
    await trx
      .updateTable('accounts')
      .set({ failedSignIns: 0, lockedUntil: null, lastSignInAt: new Date() })
      .where('id', '=', found.id)
      .execute()
    await appendAudit(trx, {
      actor: `account:${found.username}`,
      action: 'account.signed-in',
      subject: `account:${found.username}`,
    })
    return { id: found.id, username: found.username, role: found.role, mustChangePassword: found.mustChangePassword }
  })
  // Thrown after the commit: a failure must be counted, not rolled back.
  if (outcome instanceof SpiraError) throw outcome
  return outcome
}

const nobody = hashPassword(randomBytes(16).toString('hex'))

async function countFailure(
  trx: Transaction<Database>,
  id: string,
  username: string,
  failures: number,
): Promise<SpiraError> {
  const locked = failures % ACCOUNT_LIMITS.failuresBeforeLock === 0
  const seconds = lockSecondsAfter(failures)
  const lockedUntil = locked ? new Date(Date.now() + seconds * 1000) : null
  await trx.updateTable('accounts').set({ failedSignIns: failures, lockedUntil }).where('id', '=', id).execute()
  const action = locked ? 'account.locked' : 'account.sign-in-failed'
  await appendAudit(trx, { actor: 'server', action, subject: `account:${username}` })
  return locked ? new SpiraError('sign_in_locked', { seconds }) : new SpiraError('sign_in_failed')
}

/** How long an account waits after so many failures in a row. */
function lockSecondsAfter(failures: number): number {
  const { failuresBeforeLock, lockSeconds, longestLockSeconds } = ACCOUNT_LIMITS
  return Math.min(longestLockSeconds, lockSeconds * 2 ** (Math.floor(failures / failuresBeforeLock) - 1))
}

/** Sets the account's own password and ends its other sessions. */
export async function changePassword(
  { db }: ServerContext,
  account: Account,
  { current, next }: { current: string; next: string },
  keepTokenHash: string,
): Promise<void> {
  if (next.length < ACCOUNT_LIMITS.minPasswordLength || next === current) throw new SpiraError('password_weak')
  const { passwordHash } = await db
    .selectFrom('accounts')
    .select('passwordHash')
    .where('id', '=', account.id)
    .executeTakeFirstOrThrow()
  if (passwordHash === null || !(await passwordMatches(current, passwordHash))) throw new SpiraError('sign_in_failed')
  const nextHash = await hashPassword(next)
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('accounts')
      .set({ passwordHash: nextHash, mustChangePassword: false })
      .where('id', '=', account.id)
      .execute()
    await trx
      .deleteFrom('sessions')
      .where('accountId', '=', account.id)
      .where('tokenHash', '!=', keepTokenHash)
      .execute()
    await appendAudit(trx, {
      actor: `account:${account.username}`,
      action: 'account.password-changed',
      subject: `account:${account.username}`,
    })
  })
}
