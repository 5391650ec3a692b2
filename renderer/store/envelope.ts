import { utf8 } from '@spira/shared/protocol/bytes.ts'

/** AES-256-GCM ciphertext with its nonce. The row it belongs to is bound in as additional data: a moved row does not open. */
export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>
  readonly data: ArrayBuffer
}

/** Names the place a sealed value belongs to, for example `chunks/<recordingId>/3`. */
export type Place = `${string}/${string}`

export async function seal(key: CryptoKey, place: Place, bytes: BufferSource): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(place) }, key, bytes)
  return { iv, data }
}

/** @throws OperationError when the value was changed, moved or sealed with another key. */
export function unseal(key: CryptoKey, place: Place, { iv, data }: Sealed): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: utf8(place) }, key, data)
}

export const sealJson = (key: CryptoKey, place: Place, value: unknown): Promise<Sealed> =>
  seal(key, place, utf8(JSON.stringify(value)))

/** @returns the parsed value, which the caller's schema or type must describe: it was written by this very app. */
export async function unsealJson<T>(key: CryptoKey, place: Place, sealed: Sealed): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await unseal(key, place, sealed))) as T
}
