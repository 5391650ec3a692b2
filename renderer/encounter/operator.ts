import type { OperatorMemory } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import { sealJson, unsealJson } from '../store/envelope.ts'
import { settingPlace } from '../store/places.ts'
import type { Store } from '../store/store.ts'

const KEY = 'operator'
/** Where earlier versions kept it readable. */
const READABLE_KEY = 'spira-operator'

/** The staff code typed last, proposed for the next encounter. It names a person, so it lies sealed with the device's key. */
export async function createOperatorMemory({ db, keys }: Store): Promise<OperatorMemory> {
  const row = await db.settings.get(KEY)
  const readable = globalThis.localStorage?.getItem(READABLE_KEY) ?? ''
  const current = createLive(
    row === undefined ? readable : await unsealJson<string>(keys, settingPlace(KEY), row.sealed),
  )

  async function remember(code: string): Promise<void> {
    await db.settings.put({ key: KEY, sealed: await sealJson(keys.device, settingPlace(KEY), code) })
    current.set(code)
  }

  if (readable !== '') {
    if (row === undefined) await remember(readable)
    globalThis.localStorage.removeItem(READABLE_KEY)
  }
  return { current, remember }
}
