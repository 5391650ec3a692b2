import { Key, Signature } from '@tufjs/models'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { olpcJson } from '@spira/shared/release/olpcJson.ts'

/** An Ed25519 key as TUF names it, able to sign. */
export interface TufKey {
  readonly key: Key
  sign(bytes: Uint8Array<ArrayBuffer>): Promise<Signature>
}

/** @param publicKey 32 bytes. */
export async function publicTufKey(publicKey: Uint8Array): Promise<Key> {
  const keyVal = { public: Buffer.from(publicKey).toString('hex') }
  const parts = { keyType: 'ed25519', scheme: 'ed25519', keyVal }
  // Specification 4.2: the key id is the SHA-256 of the key's canonical form.
  const keyID = await sha256Hex(utf8(olpcJson({ keytype: parts.keyType, scheme: parts.scheme, keyval: keyVal })))
  return new Key({ keyID, ...parts })
}

export async function tufKey(publicKey: Uint8Array, privateKey: CryptoKey): Promise<TufKey> {
  const key = await publicTufKey(publicKey)
  return {
    key,
    async sign(bytes) {
      const sig = Buffer.from(await crypto.subtle.sign('Ed25519', privateKey, bytes)).toString('hex')
      return new Signature({ keyID: key.keyID, sig })
    },
  }
}
