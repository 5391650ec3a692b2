import { randomInt } from 'node:crypto'
import { newId } from '@spira/shared/protocol/ids.ts'
import { secretHash } from '../accounts/secretHash.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'

/** Crockford's base 32: no I, L, O or U to misread. Eight characters are 40 bits, which 24 hours and one use make enough. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_HOURS = 24

/** A one-time code for one device of a site. Only its hash is kept: it is shown here and never again. */
export async function createEnrolmentCode(
  { db }: ServerContext,
  { siteId, createdBy }: { siteId: string; createdBy: string },
): Promise<{ code: string; expiresAt: Date }> {
  const digits = Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  const code = `${digits.slice(0, 4)}-${digits.slice(4)}`
  const expiresAt = new Date(Date.now() + CODE_HOURS * 3_600_000)
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('enrolmentCodes')
      .values({ codeHash: secretHash(code), siteId, createdBy, expiresAt, usedAt: null, usedBy: null })
      .execute()
    await appendAudit(trx, { actor: createdBy, action: 'enrolment-code.created', subject: `site:${siteId}` })
  })
  return { code, expiresAt }
}

/** The site of this name, made when it is not there. `simulated` counts only then. */
export async function ensureSite(
  { db }: ServerContext,
  { name, simulated }: { name: string; simulated: boolean },
): Promise<{ id: string; name: string; simulated: boolean }> {
  await db
    .insertInto('sites')
    .values({ id: newId(), name, simulated, createdAt: new Date() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  return db.selectFrom('sites').select(['id', 'name', 'simulated']).where('name', '=', name).executeTakeFirstOrThrow()
}

/** Whether an enrolled, not revoked device belongs to the site. */
export async function hasDevice({ db }: ServerContext, siteId: string): Promise<boolean> {
  const found = await db
    .selectFrom('devices')
    .select('id')
    .where('siteId', '=', siteId)
    .where('revokedAt', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}
