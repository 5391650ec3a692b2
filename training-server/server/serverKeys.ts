import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { publicKeySchema, type PublicKeyJwk } from '@spira/shared/protocol/deviceApi.ts'
import { keyIdOf } from '@spira/shared/protocol/ed25519.ts'
import { keepSecret } from './secretFile.ts'

export interface SigningKey {
  /** SHA-256 thumbprint of the public key (shared/protocol/ed25519.ts). */
  readonly keyId: string
  readonly publicKey: PublicKeyJwk
  readonly privateKey: CryptoKey
}

/** Made on first start, kept in the data folder's keys/ with mode 0600, never in the repository. */
export interface ServerKeys {
  readonly receipt: SigningKey
  /** AES-256-GCM: seals what the database must hold and a stolen database must not tell (sealedText.ts). */
  readonly sealing: CryptoKey
}

export const loadServerKeys = async (folder: string): Promise<ServerKeys> => ({
  receipt: await loadSigningKey(join(folder, 'receipt.jwk.json')),
  sealing: await loadSealingKey(join(folder, 'sealing.key')),
})

async function loadSealingKey(path: string): Promise<CryptoKey> {
  const text = await keepSecret(path, () => randomBytes(32).toString('base64url'))
  return crypto.subtle.importKey('raw', Buffer.from(text, 'base64url'), 'AES-GCM', false, ['encrypt', 'decrypt'])
}

const privateKeySchema = publicKeySchema.extend({ d: z.base64url() })

/** The Ed25519 key kept in `path` as a private JWK, made the first time. */
export async function loadSigningKey(path: string): Promise<SigningKey> {
  const text = await keepSecret(path, async () => {
    const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
    const { kty, crv, x, d } = await crypto.subtle.exportKey('jwk', pair.privateKey)
    return JSON.stringify({ kty, crv, x, d })
  })
  const { d, ...publicKey } = privateKeySchema.parse(JSON.parse(text))
  const privateKey = await crypto.subtle.importKey('jwk', { ...publicKey, d }, 'Ed25519', false, ['sign'])
  return { keyId: await keyIdOf(publicKey), publicKey, privateKey }
}
