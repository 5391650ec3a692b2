import { utf8 } from '@spira/shared/protocol/bytes.ts'

/** AES-256-GCM ciphertext with its nonce. The row it belongs to is bound in as additional data: a moved row does not open. */
export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>
  readonly data: ArrayBuffer
  /** The participant whose data key sealed it. Absent: the device's own. */
  readonly owner?: string
}

/** A key and whose it is: null for the device's own. */
export interface DataKey {
  readonly owner: string | null
  readonly key: CryptoKey
}

/** Finds the key that a sealed value opens with; see DataKeys. */
export interface OpeningKeys {
  opening(sealed: Sealed): Promise<CryptoKey>
}

/** Names the place a sealed value belongs to, for example `chunks/<recordingId>/3`. */
export type Place = `${string}/${string}`

export async function seal({ owner, key }: DataKey, place: Place, bytes: BufferSource): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(place) }, key, bytes)
  return owner === null ? { iv, data } : { iv, data, owner }
}

/**
 * @throws KeyDestroyedError when its participant withdrew; OperationError when the value was changed, moved or sealed with another
 *   key.
 */
export async function unseal(keys: OpeningKeys, place: Place, sealed: Sealed): Promise<ArrayBuffer> {
  const { iv, data } = sealed
  const key = await keys.opening(sealed)
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: utf8(place) }, key, data)
}

export const sealJson = (key: DataKey, place: Place, value: unknown): Promise<Sealed> =>
  seal(key, place, utf8(JSON.stringify(value)))

/** @returns the parsed value, which the caller's schema or type must describe: it was written by this very app. */
export async function unsealJson<T>(keys: OpeningKeys, place: Place, sealed: Sealed): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await unseal(keys, place, sealed))) as T
}

/** The nonce of a sealing is never used twice, so it names the version of what is sealed. */
export const isSameSealing = (one: Sealed | null, other: Sealed | null): boolean =>
  one === null || other === null ? one === other : one.iv.join() === other.iv.join()
