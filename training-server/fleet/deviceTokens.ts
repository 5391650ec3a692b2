import { tokenMessage } from '@spira/shared/protocol/deviceApi.ts'
import { verifyText } from '@spira/shared/protocol/ed25519.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newSecret, secretHash } from '../accounts/secretHash.ts'
import type { ServerContext } from '../server/context.ts'
import { refuseRevoked } from './revoke.ts'

const CHALLENGE_SECONDS = 120
const TOKEN_SECONDS = 600

export async function createChallenge(
  context: ServerContext,
  deviceId: string,
): Promise<{ challenge: string; expiresAt: Date }> {
  const { db } = context
  await activeDevice(context, deviceId)
  const challenge = newSecret()
  const expiresAt = new Date(Date.now() + CHALLENGE_SECONDS * 1000)
  await db.deleteFrom('deviceChallenges').where('expiresAt', '<', new Date()).execute()
  await db
    .insertInto('deviceChallenges')
    .values({ challengeHash: secretHash(challenge), deviceId, expiresAt })
    .execute()
  return { challenge, expiresAt }
}

/** A bearer token for a challenge signed with the device's key. A challenge is spent by the first try, right or wrong. */
export async function createToken(
  context: ServerContext,
  { deviceId, challenge, signature }: { deviceId: string; challenge: string; signature: string },
): Promise<{ token: string; expiresAt: Date }> {
  const { db } = context
  const { publicKey } = await activeDevice(context, deviceId)
  const spent = await db
    .deleteFrom('deviceChallenges')
    .where('challengeHash', '=', secretHash(challenge))
    .where('deviceId', '=', deviceId)
    .where('expiresAt', '>', new Date())
    .returning('deviceId')
    .executeTakeFirst()
  if (spent === undefined) throw new SpiraError('challenge_invalid')
  if (!(await verifyText(tokenMessage(deviceId, challenge), signature, publicKey)))
    throw new SpiraError('signature_invalid')
  const token = newSecret()
  const expiresAt = new Date(Date.now() + TOKEN_SECONDS * 1000)
  await db.deleteFrom('deviceTokens').where('expiresAt', '<', new Date()).execute()
  await db
    .insertInto('deviceTokens')
    .values({ tokenHash: secretHash(token), deviceId, expiresAt })
    .execute()
  return { token, expiresAt }
}

async function activeDevice(context: ServerContext, deviceId: string) {
  const device = await context.db
    .selectFrom('devices')
    .select(['publicKey', 'revokedAt'])
    .where('id', '=', deviceId)
    .executeTakeFirst()
  if (device === undefined) throw new SpiraError('device_unknown')
  if (device.revokedAt !== null) throw await refuseRevoked(context, deviceId, device.revokedAt)
  return device
}
