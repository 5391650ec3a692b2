import { utf8 } from '@spira/shared/protocol/bytes.ts'
import { seal, unseal } from '../store/envelope.ts'
import type { Store } from '../store/store.ts'

/** Finds a person by record number without any record number lying readable on the disk: HMAC-SHA-256 under a sealed key. */
export interface Lookup {
  /** @param bare record number as it is compared. @returns hexadecimal. */
  indexOf(bare: string): Promise<string>
}

const SETTING = 'lookup-key'
const PLACE = `settings/${SETTING}` as const
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const

export function createLookup(store: Store): Lookup {
  let key: Promise<CryptoKey> | null = null
  const keyOnce = (): Promise<CryptoKey> => {
    key ??= lookupKey(store)
    key.catch(() => (key = null))
    return key
  }
  return {
    async indexOf(bare) {
      const index = await crypto.subtle.sign('HMAC', await keyOnce(), utf8(bare))
      return Array.from(new Uint8Array(index), (byte) => byte.toString(16).padStart(2, '0')).join('')
    },
  }
}

/** Kept sealed like every setting; made on first use, once for all tabs. */
async function lookupKey({ db, keys }: Store): Promise<CryptoKey> {
  const sealed = await seal(keys.device, PLACE, crypto.getRandomValues(new Uint8Array(32)))
  const row = await db.transaction('rw', db.settings, async () => {
    const known = await db.settings.get(SETTING)
    if (known !== undefined) return known
    await db.settings.add({ key: SETTING, sealed })
    return { key: SETTING, sealed }
  })
  return crypto.subtle.importKey('raw', await unseal(keys, PLACE, row.sealed), HMAC, false, ['sign'])
}
