import type { z } from 'zod'
import type { Enrolment, enrolBodySchema } from '@spira/shared/protocol/deviceApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { secretHash } from '../accounts/secretHash.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'

/** Turns a code into a device, once: the code's row is taken and marked in the transaction that makes the device. */
export async function enrol(
  { db, keys, serverId }: ServerContext,
  body: z.infer<typeof enrolBodySchema>,
): Promise<Enrolment> {
  return db.transaction().execute(async (trx) => {
    const now = new Date()
    const code = await trx
      .selectFrom('enrolmentCodes')
      .innerJoin('sites', 'sites.id', 'enrolmentCodes.siteId')
      .select(['enrolmentCodes.codeHash', 'sites.id as siteId', 'sites.name as siteName'])
      .where('codeHash', '=', secretHash(body.code))
      .where('usedAt', 'is', null)
      .where('expiresAt', '>', now)
      .forUpdate('enrolmentCodes')
      .executeTakeFirst()
    if (code === undefined) throw new SpiraError('enrolment_code_invalid')
    const deviceId = newId()
    await trx
      .insertInto('devices')
      .values({
        id: deviceId,
        siteId: code.siteId,
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
      .where('codeHash', '=', code.codeHash)
      .execute()
    const root = await trx
      .selectFrom('tufMetadata')
      .select('text')
      .where('role', '=', 'root')
      .orderBy('version', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    await appendAudit(trx, { actor: `device:${deviceId}`, action: 'device.enrolled', subject: `site:${code.siteId}` })
    const { keyId, publicKey } = keys.receipt
    return {
      deviceId,
      site: { id: code.siteId, name: code.siteName },
      serverId,
      receiptKey: { keyId, publicKey },
      tufRoot: root.text,
    }
  })
}
