import { newId } from '@spira/shared/protocol/ids.ts'
import type { LockRow, OutboxRow, ParticipantKeyRow, SettingRow } from '../store/database.ts'
import { importDataKey } from '../store/dataKeys.ts'
import { type DataKey, isSameSealing, type Place, seal, type Sealed, unseal } from '../store/envelope.ts'
import { outboxPlace, participantKeyPlace, settingPlace } from '../store/places.ts'
import { resealByParticipant } from '../store/reseal.ts'
import type { Store } from '../store/store.ts'
import { LockError } from './lockError.ts'
import { openByPin, wrapByPin } from './pinLock.ts'
import { pinProblem } from './pinRules.ts'

export const IDLE_MINUTES = 5

/**
 * The first PIN. The key this device has used so far cannot be read and lay beside the data, so another takes its place: everything it
 * sealed is sealed anew, and it is deleted, all in one transaction; killed before, nothing has changed.
 *
 * @param kept the key as the shell's key store keeps it, for a device that has one; there it stays, and only this copy is wrapped.
 * @throws LockError `pin-weak`.
 */
export async function chooseFirstPin(store: Store, pin: string, kept: Uint8Array<ArrayBuffer> | null): Promise<void> {
  if (pinProblem(pin) !== null) throw new LockError('pin-weak')
  // What version 1 left under the device's key belongs under the participants': after that, little is left to seal anew.
  await resealByParticipant(store)
  const raw = kept ?? crypto.getRandomValues(new Uint8Array(32))
  const lock = await wrapByPin(pin, raw, newId(), IDLE_MINUTES)
  const key: DataKey = { owner: null, key: await importDataKey(raw) }
  while (!(await replaceDeviceKey(store, key, lock)));
  store.keys.replaceDevice(key.key, lock.generation)
}

/** @throws LockError `pin-wrong`, `pin-wait`, `pin-weak`. */
export async function changePin({ db }: Pick<Store, 'db'>, current: string, next: string): Promise<void> {
  if (pinProblem(next) !== null) throw new LockError('pin-weak')
  const raw = await openByPin(db, current)
  const row = await db.lock.get('pin')
  if (row === undefined) throw new Error('no PIN was chosen')
  await db.lock.put(await wrapByPin(next, raw, row.generation, row.idleMinutes))
  raw.fill(0)
}

interface Resealed<Row> {
  readonly before: Row
  readonly after: Sealed
}

/** @returns false when something was written meanwhile; nothing was changed then. */
async function replaceDeviceKey({ db, keys }: Store, key: DataKey, lock: LockRow): Promise<boolean> {
  async function reseal<Row extends { readonly sealed: Sealed | null }>(
    rows: readonly Row[],
    placeOf: (row: Row) => Place,
  ): Promise<readonly Resealed<Row>[]> {
    const resealed: Resealed<Row>[] = []
    for (const row of rows) {
      const { sealed } = row
      if (sealed === null || sealed.owner !== undefined) continue
      const clear = await unseal(keys, placeOf(row), sealed).catch(() => null)
      if (clear !== null) resealed.push({ before: row, after: await seal(key, placeOf(row), clear) })
    }
    return resealed
  }
  const [participantKeys, settings, outbox] = [
    await db.participantKeys.toArray(),
    await db.settings.toArray(),
    await db.outbox.toArray(),
  ]
  const newKeys = await reseal<ParticipantKeyRow>(participantKeys, ({ participantId }) =>
    participantKeyPlace(participantId),
  )
  const newSettings = await reseal<SettingRow>(settings, ({ key: name }) => settingPlace(name))
  const newOutbox = await reseal<OutboxRow>(outbox, ({ id }) => outboxPlace(id))

  return db.transaction('rw', [db.keys, db.lock, db.participantKeys, db.settings, db.outbox], async () => {
    const same =
      areSame(participantKeys, await db.participantKeys.toArray()) &&
      areSame(settings, await db.settings.toArray()) &&
      areSame(outbox, await db.outbox.toArray())
    if (!same) return false
    await db.participantKeys.bulkPut(newKeys.map(({ before, after }) => ({ ...before, sealed: after })))
    await db.settings.bulkPut(newSettings.map(({ before, after }) => ({ ...before, sealed: after })))
    for (const { before, after } of newOutbox) await db.outbox.update(before.id, { sealed: after })
    await db.lock.put(lock)
    await db.keys.delete('data')
    return true
  })
}

const areSame = (
  before: readonly { readonly sealed: Sealed | null }[],
  now: readonly { readonly sealed: Sealed | null }[],
): boolean =>
  before.length === now.length && before.every(({ sealed }, at) => isSameSealing(sealed, now[at]?.sealed ?? null))
