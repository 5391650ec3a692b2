import type { SpiraDatabase } from '../store/database.ts'
import type { ShellBridge } from './bridge.ts'
import { valueOf } from './shellBridge.ts'

/**
 * Makes the shell the keeper of this device's data key, so that the copies can be opened when the browser's database is lost. To
 * script in the page the key stays unreadable from then on.
 *
 * @returns false when this database has a key of its own that the shell does not keep: its copies could never be opened.
 * @throws ShellRefusal for a new database whose key the shell can neither give nor keep. No other key is made in its place.
 */
export async function shareDataKey(db: SpiraDatabase, bridge: ShellBridge, unlocked?: CryptoKey): Promise<boolean> {
  const own = unlocked ?? ((await db.keys.get('data'))?.key as CryptoKey | undefined)
  const kept = await bridge.loadKey()
  if (own !== undefined) return kept.ok && kept.value !== null && (await isSameKey(own, await importKey(kept.value)))
  const raw = valueOf(kept) ?? crypto.getRandomValues(new Uint8Array(32))
  if (kept.ok && kept.value === null) valueOf(await bridge.keepKey({ key: raw }))
  const key = await importKey(raw)
  raw.fill(0)
  await db.keys.add({ name: 'data', key })
  return true
}

const importKey = (raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])

/** Keys that cannot be read are compared by what they open. */
async function isSameKey(one: CryptoKey, other: CryptoKey): Promise<boolean> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, one, new Uint8Array(16))
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv }, other, sealed).then(
    () => true,
    () => false,
  )
}
