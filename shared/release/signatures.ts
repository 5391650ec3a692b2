import { ReleaseError } from './errors.ts'
import type { Key, Metadata, Role, Root } from './metadata.ts'

/**
 * Checks that `metadata` carries valid signatures of at least the threshold of the role's keys, as `root` names them
 * (specification 5.3.4, 5.4.2, 5.5.3, 5.6.3). A public key listed under two key ids counts once: stricter than the
 * specification asks, since one stolen key must never be a threshold of two.
 *
 * @throws ReleaseError `signature_invalid` when none counts, `threshold_not_met` when too few do.
 */
export async function verifySignatures(role: Role, metadata: Metadata<unknown>, root: Root): Promise<void> {
  const { keyids, threshold } = root.roles[role]
  const valid = new Set<string>()
  for (const keyId of keyids) {
    const key = Object.hasOwn(root.keys, keyId) ? root.keys[keyId] : undefined
    const signature = metadata.signatures.get(keyId)
    if (key === undefined || signature === undefined) continue
    if (await isSignedBy(key, signature, metadata.signedBytes)) valid.add(key.keyval.public.toLowerCase())
  }
  if (valid.size >= threshold) return
  if (valid.size === 0) throw new ReleaseError('signature_invalid', { role })
  throw new ReleaseError('threshold_not_met', { role, got: valid.size, needed: threshold })
}

async function isSignedBy(key: Key, signature: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const publicBytes = fromHex(key.keyval.public, 32)
  const signatureBytes = fromHex(signature, 64)
  if (key.keytype !== 'ed25519' || key.scheme !== 'ed25519' || publicBytes === null || signatureBytes === null)
    return false
  try {
    const publicKey = await crypto.subtle.importKey('raw', publicBytes, 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', publicKey, signatureBytes, bytes)
  } catch {
    // 32 bytes that are no point of the curve.
    return false
  }
}

function fromHex(text: string, byteLength: number): Uint8Array<ArrayBuffer> | null {
  if (text.length !== byteLength * 2 || !/^[0-9a-f]*$/i.test(text)) return null
  return Uint8Array.from({ length: byteLength }, (_, at) => Number.parseInt(text.slice(at * 2, at * 2 + 2), 16))
}
