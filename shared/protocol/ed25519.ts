import { fromBase64, sha256Hex, toBase64, utf8 } from './bytes.ts'
import { canonicalJson, type Json } from './canonicalJson.ts'
import type { PublicKeyJwk } from './deviceApi.ts'

/** Ed25519 (RFC 8032) over canonical JSON, by WebCrypto. */

/** SHA-256 of the key's canonical JWK (RFC 7638 thumbprint members: crv, kty, x), in hexadecimal. */
export const keyIdOf = ({ crv, kty, x }: PublicKeyJwk): Promise<string> =>
  sha256Hex(utf8(canonicalJson({ crv, kty, x })))

/** @returns base64 signature of the UTF-8 text. */
export async function signText(text: string, privateKey: CryptoKey): Promise<string> {
  return toBase64(new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, utf8(text))))
}

/** False for a signature that does not match or is not even base64; never throws for bad input of the other side. */
export async function verifyText(text: string, signature: string, publicKey: PublicKeyJwk): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey('jwk', publicKey, 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', key, fromBase64(signature), utf8(text))
  } catch {
    return false
  }
}

export const signJson = (value: Json, privateKey: CryptoKey): Promise<string> =>
  signText(canonicalJson(value), privateKey)
export const verifyJson = (value: Json, signature: string, publicKey: PublicKeyJwk): Promise<boolean> =>
  verifyText(canonicalJson(value), signature, publicKey)
