import type { PublicKeyJwk } from '@spira/shared/protocol/deviceApi.ts'
import type { SpiraDatabase } from '../store/database.ts'

/** `device`: the enrolled key. `device-candidate`: shown to a server that has not accepted it yet. */
type DeviceKeyName = 'device' | 'device-candidate'

export async function deviceKey(db: SpiraDatabase, name: DeviceKeyName): Promise<CryptoKeyPair | null> {
  const row = await db.keys.get(name)
  return row === undefined ? null : (row.key as CryptoKeyPair)
}

/**
 * The Ed25519 pair to enrol with, made once and on disk before the server sees it: when the reply to an enrolment is lost,
 * the next attempt shows the same key. The private half is not extractable: script can sign with it, never read it.
 */
export async function candidateKey(db: SpiraDatabase): Promise<CryptoKeyPair> {
  const existing = await deviceKey(db, 'device-candidate')
  if (existing !== null) return existing
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  await db.keys.put({ name: 'device-candidate', key: pair })
  return pair
}

export async function publicJwk({ publicKey }: CryptoKeyPair): Promise<PublicKeyJwk> {
  const { x } = await crypto.subtle.exportKey('jwk', publicKey)
  if (x === undefined) throw new TypeError('an Ed25519 public key has an x')
  return { kty: 'OKP', crv: 'Ed25519', x }
}
