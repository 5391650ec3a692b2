import { z } from 'zod'
import { sealJson, unsealJson } from '../store/envelope.ts'
import type { Store } from '../store/store.ts'

/** When this device last heard from its server what may run, kept over restarts: a ward without a network must know how old its model is. */
const KEY = 'model-checked-at'
const PLACE = `settings/${KEY}` as const

export async function readLastCheck({ db, keys }: Store): Promise<string | null> {
  const row = await db.settings.get(KEY)
  return row === undefined ? null : z.string().parse(await unsealJson(keys, PLACE, row.sealed))
}

export async function writeLastCheck({ db, keys }: Store, at: string): Promise<void> {
  await db.settings.put({ key: KEY, sealed: await sealJson(keys.device, PLACE, at) })
}
