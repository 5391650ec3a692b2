import { openDatabase } from '../store/database.ts'
import { openStore, type Store } from '../store/store.ts'
import type { ShellBridge } from './bridge.ts'
import { rebuildWithdrawals } from './keptWithdrawals.ts'
import { rebuildFromShell } from './rebuild.ts'
import { createShellCopies } from './shellCopies.ts'
import { shareDataKey } from './sharedDataKey.ts'

/**
 * The store of an app that runs in the shell: its key kept by the operating system, its recordings copied, what was lost rebuilt.
 *
 * @throws ShellRefusal when the device's key cannot be had; see shareDataKey.
 */
export async function openStoreInShell(bridge: ShellBridge, name?: string, unlocked?: CryptoKey): Promise<Store> {
  const db = await openDatabase(name)
  const isShared = await shareDataKey(db, bridge, unlocked).finally(() => db.close())
  const store = await openStore(name, unlocked)
  if (!isShared) {
    await bridge.note({ code: 'copy-without-key' })
    return store
  }
  const copied = { ...store, copies: createShellCopies(store.db, bridge, store.keys) }
  await rebuildWithdrawals(copied, bridge)
  if ((await rebuildFromShell(copied, bridge)) > 0) await bridge.note({ code: 'recordings-rebuilt' })
  return copied
}
