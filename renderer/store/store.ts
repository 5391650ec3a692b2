import { openDatabase, type SpiraDatabase } from './database.ts'
import { createDataKeys, type DataKeys } from './dataKeys.ts'
import { StoreError } from './storeError.ts'
import type { RecordingCopies } from './recordingCopies.ts'

/** The open database and the keys everything in it is sealed with. */
export interface Store {
  readonly db: SpiraDatabase
  readonly keys: DataKeys
  /** Second copies of the recordings; null on the web. */
  readonly copies: RecordingCopies | null
}

/**
 * Opens the device's database, making its key on first use. The key is not extractable: script can use it, never read it.
 *
 * @param unlocked the key, where a PIN wraps it.
 * @throws StoreError `schema-newer`, `locked`.
 */
export async function openStore(name?: string, unlocked?: CryptoKey): Promise<Store> {
  const db = await openDatabase(name)
  const deviceKey = unlocked ?? (await deviceKeyOf(db))
  const generation = (await db.lock.get('pin'))?.generation ?? null
  return { db, keys: createDataKeys(db, deviceKey, generation), copies: null }
}

async function deviceKeyOf(db: SpiraDatabase): Promise<CryptoKey> {
  const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  // One transaction, so that two tabs opening at once agree on one key. WebCrypto may not be awaited inside it.
  return db.transaction('rw', db.keys, db.lock, async () => {
    if ((await db.lock.get('pin')) !== undefined) throw new StoreError('locked')
    const row = await db.keys.get('data')
    if (row !== undefined) return row.key as CryptoKey
    await db.keys.add({ name: 'data', key: fresh })
    return fresh
  })
}
