import type { Transaction } from 'kysely'
import type { z } from 'zod'
import type { Enrolment, enrolBodySchema, PublicKeyJwk } from '@spira/shared/protocol/deviceApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { secretHash } from '../accounts/secretHash.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'

/**
 * Turns a code into a device, once: the code's row is taken and marked in the transaction that makes the device. The reply may be
 * lost: the same code with the same key answers with the same device again, as long as the code would have been good.
 */
export async function enrol(
  { db, keys, serverId }: ServerContext,
  body: z.infer<typeof enrolBodySchema>,
): Promise<Enrolment> {
  return db.transaction().execute(async (trx) => {
    const now = new Date()
    const code = await trx
      .selectFrom('enrolmentCodes')
      .innerJoin('sites', 'sites.id', 'enrolmentCodes.siteId')
      .select(['enrolmentCodes.codeHash', 'usedBy', 'sites.id as siteId', 'sites.name as siteName'])
      .where('codeHash', '=', secretHash(body.code))
      .where('expiresAt', '>', now)
      .forUpdate('enrolmentCodes')
      .executeTakeFirst()
    if (code === undefined) throw new SpiraError('enrolment_code_invalid')
    const deviceId = code.usedBy ?? newId()
    if (code.usedBy === null) await makeDevice(trx, body, { ...code, deviceId, now })
    else await requireSameDevice(trx, code.usedBy, body.publicKey)
    const root = await trx
      .selectFrom('tufMetadata')
      .select('text')
      .where('role', '=', 'root')
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    const { receipt, carriedFiles } = keys
    return {
      deviceId,
      site: { id: code.siteId, name: code.siteName },
      serverId,
      receiptKey: { keyId: receipt.keyId, publicKey: receipt.publicKey },
      carriedFileKey: { keyId: carriedFiles.keyId, publicKey: carriedFiles.publicKey },
      tufRoot: root.text,
    }
  })
}

async function requireSameDevice(trx: Transaction<Database>, deviceId: string, shown: PublicKeyJwk): Promise<void> {
  const device = await trx
    .selectFrom('devices')
    .select(['publicKey', 'revokedAt'])
    .where('id', '=', deviceId)
    .executeTakeFirst()
  if (device?.publicKey.x !== shown.x || device.revokedAt !== null) throw new SpiraError('enrolment_code_invalid')
}

async function makeDevice(
  trx: Transaction<Database>,
  body: z.infer<typeof enrolBodySchema>,
  { deviceId, siteId, codeHash, now }: { deviceId: string; siteId: string; codeHash: string; now: Date },
): Promise<void> {
  await trx
    .insertInto('devices')
    .values({
      id: deviceId,
      siteId,
      name: body.deviceName,
      publicKey: JSON.stringify(body.publicKey),
      appVersion: body.appVersion,
      enrolledAt: now,
      lastSeenAt: null,
      clockSkewMs: null,
      modelVersion: null,
      revokedAt: null,
    })
    .execute()
  await trx
    .updateTable('enrolmentCodes')
    .set({ usedAt: now, usedBy: deviceId })
    .where('codeHash', '=', codeHash)
    .execute()
  await appendAudit(trx, { actor: `device:${deviceId}`, action: 'device.enrolled', subject: `site:${siteId}` })
}
