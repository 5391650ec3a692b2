import type { Change, ChangesPage } from '@spira/shared/protocol/changes.ts'
import type { DeviceClient } from '@spira/shared/protocol/deviceClient.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { sealJson, unsealJson } from '../store/envelope.ts'
import type { Store } from '../store/store.ts'

const KEY = 'changes-cursor'
const PLACE = `settings/${KEY}` as const
/** Raised when this app learns a type of change it passed over before: then it asks from the beginning. */
const KNOWN_CHANGES = 3

interface SavedCursor {
  readonly serverUrl: string
  readonly knows: number
  readonly cursor: string
}

/**
 * Learns what the server has to tell since the page carried out last. The cursor is kept after its page: killed in between, the page is
 * carried out again, which every change allows.
 */
export async function pullChanges(
  store: Store,
  client: DeviceClient,
  carryOut: (change: Change) => Promise<void>,
): Promise<void> {
  let cursor = await readCursor(store, client.serverUrl)
  for (;;) {
    const page = await nextPage(client, cursor)
    if (page === null) return
    for (const change of page.changes) await carryOut(change)
    cursor = page.nextCursor
    const saved: SavedCursor = { serverUrl: client.serverUrl, knows: KNOWN_CHANGES, cursor }
    await store.db.settings.put({ key: KEY, sealed: await sealJson(store.keys.device, PLACE, saved) })
    if (!page.more) return
  }
}

/** @returns null from a server that has nothing to tell in this way. */
async function nextPage(client: DeviceClient, cursor: string | null): Promise<ChangesPage | null> {
  try {
    return await client.pullChanges(cursor)
  } catch (error) {
    if (!(error instanceof SpiraError)) throw error
    if (error.code === 'not_found') return null
    // Restored from a backup older than what this device has seen.
    if (error.code === 'cursor_invalid' && cursor !== null) return client.pullChanges(null)
    throw error
  }
}

async function readCursor({ db, keys }: Store, serverUrl: string): Promise<string | null> {
  const row = await db.settings.get(KEY)
  if (row === undefined) return null
  const saved = await unsealJson<SavedCursor>(keys, PLACE, row.sealed)
  return saved.serverUrl === serverUrl && saved.knows === KNOWN_CHANGES ? saved.cursor : null
}
