import { signJson } from '@spira/shared/protocol/ed25519.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { SignedRevocation } from '@spira/shared/protocol/revocation.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { ServerContext } from '../server/context.ts'

/** `device_revoked` with the signed order to erase: anybody on the network can say that a device is revoked, only this server proves it. */
export class RevokedWithOrder extends SpiraError {
  readonly revocation: SignedRevocation

  constructor(revocation: SignedRevocation) {
    super('device_revoked')
    this.revocation = revocation
  }
}

/** @returns the refusal that a revoked device is given at every contact. */
export async function refuseRevoked(
  { keys, serverId }: Pick<ServerContext, 'keys' | 'serverId'>,
  deviceId: string,
  revokedAt: Date,
): Promise<RevokedWithOrder> {
  const revocation = { serverId, deviceId, revokedAt: revokedAt.toISOString(), order: 'erase' as const }
  const signature = await signJson(revocation, keys.receipt.privateKey)
  return new RevokedWithOrder({ revocation, keyId: keys.receipt.keyId, signature })
}

/** From now on the device is refused and told to erase; its tokens end at once. What it sent stays. */
export async function revokeDevice(
  { db, verifiedTokens }: ServerContext,
  deviceId: string,
  actor: string,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const revoked = await trx
      .updateTable('devices')
      .set((expression) => ({ revokedAt: expression.fn.coalesce('revokedAt', expression.val(new Date())) }))
      .where('id', '=', deviceId)
      .returning('id')
      .executeTakeFirst()
    if (revoked === undefined) throw new SpiraError('not_found')
    await trx.deleteFrom('deviceTokens').where('deviceId', '=', deviceId).execute()
    await appendAudit(trx, { actor, action: 'device.revoked', subject: `device:${deviceId}` })
  })
  verifiedTokens.forget()
}
