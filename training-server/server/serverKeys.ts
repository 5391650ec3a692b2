import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import {
  type CarriedFileKey,
  carriedFileKeySchema,
  publicKeySchema,
  type PublicKeyJwk,
} from '@spira/shared/protocol/deviceApi.ts'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
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
  /** Makes the numbers of exports: without it none leads back (exports/deidentification.ts). */
  readonly exports: Uint8Array
  /** What devices seal files for that are carried here by hand. */
  readonly carriedFiles: CarriedFileKey & { readonly privateKey: CryptoKey }
}

export const loadServerKeys = async (folder: string): Promise<ServerKeys> => ({
  receipt: await loadSigningKey(join(folder, 'receipt.jwk.json')),
  sealing: await crypto.subtle.importKey('raw', await keepBytes(join(folder, 'sealing.key')), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]),
  exports: await keepBytes(join(folder, 'exports.key')),
  carriedFiles: await loadCarriedFileKey(join(folder, 'carried-files.jwk.json')),
})

/** 32 random bytes, made the first time. */
const keepBytes = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(Buffer.from(await keepSecret(path, () => randomBytes(32).toString('base64url')), 'base64url'))

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

const privateEcSchema = carriedFileKeySchema.shape.publicKey.extend({ d: z.base64url() })
const CURVE = { name: 'ECDH', namedCurve: 'P-256' }

/** ECDH on P-256, kept as a private JWK; its id is the RFC 7638 thumbprint of the public half. */
async function loadCarriedFileKey(path: string): Promise<ServerKeys['carriedFiles']> {
  const text = await keepSecret(path, async () => {
    const pair = await crypto.subtle.generateKey(CURVE, true, ['deriveBits'])
    const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', pair.privateKey)
    return JSON.stringify({ kty, crv, x, y, d })
  })
  const { d, ...publicKey } = privateEcSchema.parse(JSON.parse(text))
  const { crv, kty, x, y } = publicKey
  const keyId = await sha256Hex(utf8(canonicalJson({ crv, kty, x, y })))
  const privateKey = await crypto.subtle.importKey('jwk', { ...publicKey, d }, CURVE, false, ['deriveBits'])
  return { keyId, publicKey, privateKey }
}
