import { randomBytes } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import { sql, type Transaction } from 'kysely'
import type { Account } from '@spira/shared/protocol/consoleApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'
import { sealText, unsealText } from '../server/sealedText.ts'
import { secretHash } from './secretHash.ts'

/** RFC 6238 with what every authenticator app understands; one step of clock error to either side (5.2). */
const TOTP_RULES = { algorithm: 'SHA1', digits: 6, period: 30 } as const
const RECOVERY_CODES = 10

const placeOf = (accountId: string): string => `accounts/${accountId}/totp`

/** Makes a new secret, not yet in force. Begun again, the earlier one is forgotten. */
export async function beginSecondFactor(
  { db, keys }: ServerContext,
  { id, username }: Account,
): Promise<{ secret: string; uri: string }> {
  const secret = new Secret({ size: 20 })
  const totpSecret = await sealText(keys.sealing, placeOf(id), secret.base32)
  const begun = await db
    .updateTable('accounts')
    .set({ totpSecret, totpLastStep: 0 })
    .where('id', '=', id)
    .where('totpConfirmedAt', 'is', null)
    .executeTakeFirst()
  if (begun.numUpdatedRows === 0n) throw new SpiraError('second_factor_not_begun')
  return {
    secret: secret.base32,
    uri: new TOTP({ issuer: 'Spira Edge', label: username, secret, ...TOTP_RULES }).toString(),
  }
}

/** Switches it on once the app proved that it holds the secret. @returns the recovery codes, which are shown this once. */
export async function confirmSecondFactor(
  context: ServerContext,
  { id, username }: Account,
  code: string,
): Promise<string[]> {
  const recoveryCodes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
  await context.db.transaction().execute(async (trx) => {
    const row = await trx.selectFrom('accounts').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
    if (row.totpSecret === null || row.totpConfirmedAt !== null) throw new SpiraError('second_factor_not_begun')
    const step = await acceptedStep(context, row, code)
    if (step === null) throw new SpiraError('second_factor_wrong')
    await trx
      .updateTable('accounts')
      .set({ totpConfirmedAt: new Date(), totpLastStep: step })
      .where('id', '=', id)
      .execute()
    await trx.deleteFrom('recoveryCodes').where('accountId', '=', id).execute()
    await trx
      .insertInto('recoveryCodes')
      .values(recoveryCodes.map((each) => ({ accountId: id, codeHash: recoveryHash(each), usedAt: null })))
      .execute()
    await appendAudit(trx, {
      actor: `account:${username}`,
      action: 'account.second-factor-on',
      subject: `account:${username}`,
    })
  })
  return recoveryCodes
}

/** Off again: by its owner, who types a code, or by an administrator for who lost everything (`by`). */
export async function removeSecondFactor(
  { db }: ServerContext,
  account: { readonly id: string; readonly username: string },
  by: string,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('accounts')
      .set({ totpSecret: null, totpConfirmedAt: null, totpLastStep: 0 })
      .where('id', '=', account.id)
      .execute()
    await trx.deleteFrom('recoveryCodes').where('accountId', '=', account.id).execute()
    await appendAudit(trx, { actor: by, action: 'account.second-factor-off', subject: `account:${account.username}` })
  })
}

export async function recoveryCodesLeft({ db }: ServerContext, accountId: string): Promise<number> {
  const { left } = await db
    .selectFrom('recoveryCodes')
    .select(sql<number>`count(*)::int`.as('left'))
    .where('accountId', '=', accountId)
    .where('usedAt', 'is', null)
    .executeTakeFirstOrThrow()
  return left
}

interface FactorRow {
  readonly id: string
  readonly totpSecret: string | null
  readonly totpLastStep: number
}

/**
 * Whether `code` is the app's present code or an unused recovery code of the account, whose row the caller has locked; either
 * is used up by it.
 */
export async function useSecondFactor(
  context: ServerContext,
  trx: Transaction<Database>,
  row: FactorRow,
  code: string,
): Promise<boolean> {
  const step = await acceptedStep(context, row, code)
  if (step !== null) {
    await trx.updateTable('accounts').set({ totpLastStep: step }).where('id', '=', row.id).execute()
    return true
  }
  const { numUpdatedRows } = await trx
    .updateTable('recoveryCodes')
    .set({ usedAt: new Date() })
    .where('accountId', '=', row.id)
    .where('codeHash', '=', recoveryHash(code))
    .where('usedAt', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** The time step a right, not yet used code belongs to; else null. */
async function acceptedStep({ keys }: ServerContext, row: FactorRow, code: string): Promise<number | null> {
  if (row.totpSecret === null) return null
  const secret = Secret.fromBase32(await unsealText(keys.sealing, placeOf(row.id), row.totpSecret))
  const delta = TOTP.validate({ token: code.replaceAll(/\s/g, ''), secret, window: 1, ...TOTP_RULES })
  if (delta === null) return null
  const step = TOTP.counter({ period: TOTP_RULES.period }) + delta
  return step > row.totpLastStep ? step : null
}

/** 50 random bits in letters and digits that are not mistaken for one another (Crockford's base 32). */
function newRecoveryCode(): string {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  const text = [...randomBytes(10)].map((byte) => letters[byte % 32]).join('')
  return `${text.slice(0, 5)}-${text.slice(5)}`
}
const recoveryHash = (code: string): string => secretHash(code.toUpperCase().replaceAll(/[\s-]/g, ''))
