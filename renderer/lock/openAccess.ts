import type { Live, OutOfContact } from '../bedside/bedside.ts'
import { watchContact } from '../device/contactWatch.ts'
import { eraseDevice } from '../device/eraseDevice.ts'
import { lookAtContact } from '../device/outOfContact.ts'
import { watchRevocation } from '../device/revocationWatch.ts'
import type { ShellBridge } from '../shell/bridge.ts'
import { openStoreInShell } from '../shell/openStoreInShell.ts'
import { createShellCopies } from '../shell/shellCopies.ts'
import { openDatabase } from '../store/database.ts'
import { openStore, type Store } from '../store/store.ts'
import { unlockDeviceKey } from './pinLock.ts'
import { waitLeftMs } from './pinTries.ts'

/** What can be known and done while the device's key is wrapped: nothing of what is sealed. */
export interface LockedDevice {
  /** Items that the server does not have. */
  readonly waiting: number
  /** Null while nothing need be said of it. */
  readonly outOfContact: Live<OutOfContact | null>
  /** Epoch milliseconds before which no try is taken. */
  nextTryAt(): Promise<number>
  /** @throws LockError `pin-wrong`, `pin-wait`. */
  unlock(pin: string): Promise<Store>
  /** The PIN is forgotten: erases everything, so that the device can be enrolled anew. What has its receipt is safe at the server. */
  startOver(): Promise<void>
}

export type Access =
  | { readonly status: 'open'; readonly store: Store }
  | { readonly status: 'locked'; readonly device: LockedDevice }

/**
 * Opens this device's data, or says that a PIN is needed. A locked device is watched until it is unlocked: revoked, or for too long without
 * contact, it is erased.
 *
 * @param erased called when that has happened.
 * @throws StoreError, ShellRefusal.
 */
export async function openAccess(
  bridge: ShellBridge | null,
  name?: string,
  erased: () => void = () => location.reload(),
): Promise<Access> {
  const open = (unlocked?: CryptoKey): Promise<Store> =>
    bridge === null ? openStore(name, unlocked) : openStoreInShell(bridge, name, unlocked)
  const db = await openDatabase(name)
  if ((await db.lock.get('pin')) === undefined) {
    db.close()
    return { status: 'open', store: await open() }
  }
  const kept = { db, copies: bridge === null ? null : createShellCopies(db, bridge, null) }
  const initial = await lookAtContact(db, Date.now())
  if (initial === 'erase') {
    await eraseDevice(kept, 'erased-out-of-contact', Date.now())
    db.close()
    return { status: 'open', store: await open() }
  }
  const contact = watchContact(kept, { isBusy: () => false, erased, initial })
  const stopRevocation = watchRevocation(kept, { erased })
  function stopWatching(): void {
    contact.stop()
    stopRevocation()
  }
  return {
    status: 'locked',
    device: {
      outOfContact: contact.state,
      waiting: await db.outbox.where('state').notEqual('synced').count(),
      async nextTryAt() {
        const row = await db.lock.get('pin')
        const left = row === undefined ? 0 : waitLeftMs(db.name, row.failures, performance.now())
        return left === 0 ? 0 : Date.now() + left
      },
      async unlock(pin) {
        const key = await unlockDeviceKey(db, pin)
        const store = await open(key)
        stopWatching()
        db.close()
        return store
      },
      async startOver() {
        stopWatching()
        await eraseDevice(kept, 'erased-forgotten', Date.now())
      },
    },
  }
}
