import { z } from 'zod'
import { sealJson, unsealJson } from '../store/envelope.ts'
import type { Store } from '../store/store.ts'

/** How sending may use the network. */
export const syncSettingsSchema = z.object({
  /** Most bytes a second audio is sent with; null: as many as there are. */
  bytesPerSecond: z.number().int().positive().nullable(),
  /**
   * `not-mobile`: not while the browser says that the network is a mobile one; see mayUseNetwork. `this`: only where the server sees
   * this device in the network in which that was chosen. No browser tells a page the name of a network.
   */
  network: z.enum(['any', 'not-mobile', 'this']),
  /** Of `this`: the network it was chosen on, as the server names it. */
  networkMark: z.string().optional(),
})
export type SyncSettings = z.infer<typeof syncSettingsSchema>

const KEY = 'sync-settings'
const PLACE = `settings/${KEY}` as const
export const DEFAULT_SYNC_SETTINGS: SyncSettings = { bytesPerSecond: null, network: 'any' }

export async function readSyncSettings({ db, keys }: Store): Promise<SyncSettings> {
  const row = await db.settings.get(KEY)
  return row === undefined ? DEFAULT_SYNC_SETTINGS : syncSettingsSchema.parse(await unsealJson(keys, PLACE, row.sealed))
}

export async function keepSyncSettings({ db, keys }: Store, settings: SyncSettings): Promise<void> {
  await db.settings.put({ key: KEY, sealed: await sealJson(keys.device, PLACE, settings) })
}

/** What browsers that know it say of the network (Network Information API); others, and most desktop systems, say nothing. */
export interface NetworkKind {
  readonly type?: string | undefined
  readonly saveData?: boolean | undefined
}

export const networkKind = (): NetworkKind =>
  (globalThis.navigator as { readonly connection?: NetworkKind } | undefined)?.connection ?? {}

/** Whether this browser can tell a mobile network from another at all. */
export const knowsNetwork = ({ type }: NetworkKind): boolean => type !== undefined && type !== 'unknown'

/** An unknown network is allowed: then it is the server's being reachable that decides, as inside a hospital's own network. */
export function mayUseNetwork({ network }: SyncSettings, { type, saveData }: NetworkKind): boolean {
  return network !== 'not-mobile' || !(type === 'cellular' || type === 'wimax' || saveData === true)
}

/** Whether the server sees this device where it may send. Asked without a name; a server that says nothing of networks is no obstacle. */
export const isOnItsNetwork = ({ network, networkMark }: SyncSettings, seenIn: string | undefined): boolean =>
  network !== 'this' || seenIn === undefined || networkMark === seenIn

/** How long to wait so that `bytes` since `sinceMs` stay within the limit. */
export function paceMs({ bytesPerSecond }: SyncSettings, bytes: number, elapsedMs: number): number {
  return bytesPerSecond === null ? 0 : Math.max(0, (bytes / bytesPerSecond) * 1000 - elapsedMs)
}
