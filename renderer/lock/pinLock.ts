import type { LockRow, SpiraDatabase } from '../store/database.ts'
import { importDataKey, keysFrom } from '../store/dataKeys.ts'
import { seal, unseal } from '../store/envelope.ts'
import { LockError } from './lockError.ts'
import { derivePinKey, PIN_COST } from './pinKey.ts'
import { waitLeftMs } from './pinTries.ts'

const PLACE = 'lock/pin' as const

/** Wraps the device's key by a PIN. `generation` names the device's key: it stays when only the PIN changes. */
export async function wrapByPin(
  pin: string,
  raw: Uint8Array<ArrayBuffer>,
  generation: string,
  idleMinutes: number,
): Promise<LockRow> {
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const key = await derivePinKey(pin, salt, PIN_COST)
  const sealed = await seal({ owner: null, key }, PLACE, raw)
  return { name: 'pin', salt, ...PIN_COST, sealed, generation, idleMinutes, failures: 0 }
}

/**
 * The device's raw key, opened by its PIN. The try is counted, on disk, before the PIN is looked at: killing the app takes none back.
 *
 * @throws LockError `pin-wrong`, `pin-wait`.
 */
export async function openByPin(
  db: SpiraDatabase,
  pin: string,
  now: () => number = () => performance.now(),
): Promise<Uint8Array<ArrayBuffer>> {
  const row = await db.transaction('rw', db.lock, async () => {
    const before = await db.lock.get('pin')
    if (before === undefined) throw new Error('no PIN was chosen')
    if (waitLeftMs(db.name, before.failures, now()) > 0) return null
    const failures = before.failures + 1
    await db.lock.put({ ...before, failures })
    waitLeftMs(db.name, failures, now())
    return before
  })
  if (row === null) throw new LockError('pin-wait')
  const key = await derivePinKey(pin, row.salt, row)
  const raw = await unseal(keysFrom([{ owner: null, key }]), PLACE, row.sealed).catch(() => null)
  if (raw === null) throw new LockError('pin-wrong')
  await db.lock.update('pin', { failures: 0 })
  return new Uint8Array(raw)
}

/** @throws as `openByPin`. */
export const unlockDeviceKey = async (db: SpiraDatabase, pin: string, now?: () => number): Promise<CryptoKey> =>
  importDataKey(await openByPin(db, pin, now))
