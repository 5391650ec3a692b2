import type { Change, ChangesPage } from '@spira/shared/protocol/changes.ts'
import type { DeviceClient } from '@spira/shared/protocol/deviceClient.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { sealJson, unsealJson } from '../store/envelope.ts'
import type { Store } from '../store/store.ts'
import { reopenAll } from './outboxQueue.ts'

const KEY = 'changes-cursor'
const PLACE = `settings/${KEY}` as const
/** Raised when this app learns a type of change it passed over before: then it asks from the beginning. */
const KNOWN_CHANGES = 4

interface SavedCursor {
  readonly serverUrl: string
  readonly knows: number
  /** Null: from the beginning. */
  readonly cursor: string | null
  /** The life of the server that its receipts are of, wherever it is reached; absent while none was seen. */
  readonly epoch?: { readonly serverId: string; readonly id: string }
}

interface Answer {
  readonly page: ChangesPage
  /** The server does not know the place it had given. */
  readonly refused: boolean
}

/**
 * Learns what the server has to tell since the page carried out last. The cursor is kept after its page: killed in between, the page is
 * carried out again, which every change allows. A server that was restored from a backup shows it by another epoch, or by not knowing the
 * cursor: what it gave receipts for is then put back to be sent, in one transaction with the new beginning of the cursor.
 *
 * @returns whether something was put back.
 */
export async function pullChanges(
  store: Store,
  client: DeviceClient,
  carryOut: (change: Change) => Promise<void>,
): Promise<boolean> {
  let saved = await readSaved(store)
  let reopened = false
  for (;;) {
    const answer = await nextPage(client, cursorFor(client, saved))
    if (answer === null) return reopened
    const { page } = answer
    const epoch = page.epoch === null ? saved?.epoch : { serverId: page.serverId, id: page.epoch }
    const here = { serverUrl: client.serverUrl, knows: KNOWN_CHANGES, ...(epoch !== undefined && { epoch }) }
    if (answer.refused || isOtherEpoch(saved, page)) {
      const sealed = await sealJson(store.keys.device, PLACE, { ...here, cursor: null } satisfies SavedCursor)
      await store.db.transaction('rw', store.db.outbox, store.db.settings, async () => {
        await reopenAll(store.db)
        await store.db.settings.put({ key: KEY, sealed })
      })
      reopened = true
    }
    for (const change of page.changes) await carryOut(change)
    saved = { ...here, cursor: page.nextCursor }
    await store.db.settings.put({ key: KEY, sealed: await sealJson(store.keys.device, PLACE, saved) })
    if (!page.more) return reopened
  }
}

/** @returns null from a server that has nothing to tell in this way. */
async function nextPage(client: DeviceClient, cursor: string | null): Promise<Answer | null> {
  try {
    return { page: await client.pullChanges(cursor), refused: false }
  } catch (error) {
    if (!(error instanceof SpiraError)) throw error
    if (error.code === 'not_found') return null
    if (error.code === 'cursor_invalid' && cursor !== null)
      return { page: await client.pullChanges(null), refused: true }
    throw error
  }
}

/** Another server altogether has an epoch of its own, and never had what was sent to the one before. */
const isOtherEpoch = (saved: SavedCursor | null, { serverId, epoch }: ChangesPage): boolean =>
  epoch !== null && saved?.epoch?.serverId === serverId && saved.epoch.id !== epoch

const cursorFor = ({ serverUrl }: DeviceClient, saved: SavedCursor | null): string | null =>
  saved?.serverUrl === serverUrl && saved.knows === KNOWN_CHANGES ? saved.cursor : null

async function readSaved({ db, keys }: Store): Promise<SavedCursor | null> {
  const row = await db.settings.get(KEY)
  return row === undefined ? null : unsealJson<SavedCursor>(keys, PLACE, row.sealed)
}
