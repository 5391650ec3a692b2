/**
 * A text for the database that only this server can read: AES-256-GCM under its sealing key, base64url of nonce and
 * ciphertext. `place` (for example `accounts/<id>/totp`) is bound in: moved to another row it does not open.
 */
export async function sealText(key: CryptoKey, place: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: Buffer.from(place) },
    key,
    Buffer.from(text),
  )
  return Buffer.concat([iv, Buffer.from(sealed)]).toString('base64url')
}

/** @throws OperationError when it was changed, moved or sealed by another server. */
export async function unsealText(key: CryptoKey, place: string, sealed: string): Promise<string> {
  const bytes = Buffer.from(sealed, 'base64url')
  const parameters = { name: 'AES-GCM', iv: bytes.subarray(0, 12), additionalData: Buffer.from(place) }
  return Buffer.from(await crypto.subtle.decrypt(parameters, key, bytes.subarray(12))).toString()
}
