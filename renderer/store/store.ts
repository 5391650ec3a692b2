import { SpiraDatabase } from './database.ts'
import type { RecordingCopies } from './recordingCopies.ts'

/** The open database and the key everything in it is sealed with. Workers open their own over the same database. */
export interface Store {
  readonly db: SpiraDatabase
  readonly dataKey: CryptoKey
  /** Second copies of the recordings; null on the web, and in workers, which have no way to the shell. */
  readonly copies: RecordingCopies | null
}

/**
 * Opens the device's database, making its data key on first use. The key is not extractable: script can use it, never read it.
 */
export async function openStore(name?: string): Promise<Store> {
  const db = new SpiraDatabase(name)
  await db.open()
  return { db, dataKey: await dataKeyOf(db), copies: null }
}

async function dataKeyOf(db: SpiraDatabase): Promise<CryptoKey> {
  const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  // One transaction, so that two tabs or workers opening at once agree on one key. WebCrypto may not be awaited inside it.
  return db.transaction('rw', db.keys, async () => {
    const row = await db.keys.get('data')
    if (row !== undefined) return row.key as CryptoKey
    await db.keys.add({ name: 'data', key: fresh })
    return fresh
  })
}
