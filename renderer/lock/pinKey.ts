import { argon2id } from 'hash-wasm'

/** What one try costs: Argon2id (RFC 9106) with its second recommended choice, 64 MiB and three passes, on one lane. */
export interface PinCost {
  readonly memoryKib: number
  readonly passes: number
}
export const PIN_COST: PinCost = { memoryKib: 64 * 1024, passes: 3 }

/** The key that wraps the device's key: AES-256-GCM, never readable by script. Takes about half a second, on purpose. */
export async function derivePinKey(
  pin: string,
  salt: Uint8Array<ArrayBuffer>,
  { memoryKib, passes }: PinCost,
): Promise<CryptoKey> {
  const raw = await argon2id({
    password: pin.normalize('NFKC'),
    salt,
    memorySize: memoryKib,
    iterations: passes,
    parallelism: 1,
    hashLength: 32,
    outputType: 'binary',
  })
  const bytes = Uint8Array.from(raw)
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
  bytes.fill(0)
  raw.fill(0)
  return key
}
