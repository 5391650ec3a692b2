import 'fake-indexeddb/auto'
import { argon2Sync } from 'node:crypto'
import { newId } from '@spira/shared/protocol/ids.ts'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { sealJson, unsealJson } from '../store/envelope.ts'
import { openStore, type Store } from '../store/store.ts'
import { openTestStore, storedBytes } from '../store/testing/testStore.ts'
import { changePin, chooseFirstPin } from './choosePin.ts'
import { openAccess } from './openAccess.ts'
import type * as PinKeyModule from './pinKey.ts'
import { derivePinKey } from './pinKey.ts'
import { openByPin } from './pinLock.ts'
import { pinProblem } from './pinRules.ts'
import { delayAfter, waitLeftMs } from './pinTries.ts'

// What a try costs is not what these tests are about: at the full cost they take half a minute.
vi.mock('./pinKey.ts', async (original) => ({
  ...(await original<typeof PinKeyModule>()),
  PIN_COST: { memoryKib: 64, passes: 1 },
}))

const PIN = '739 breaths'
const PARTICIPANT = newId()

/** A device in use: something sealed with its own key, something with a participant's. */
async function used(): Promise<Store> {
  const store = await openTestStore()
  await store.db.settings.put({
    key: 'enrolment',
    sealed: await sealJson(store.keys.device, 'settings/enrolment', 'ward'),
  })
  const sealed = await sealJson(await store.keys.of(PARTICIPANT), 'labels/1', 'present')
  await store.db.labels.put({ id: '1', encounterId: newId(), givenAt: 1, sealed })
  return store
}

async function readBoth({ db, keys }: Store): Promise<readonly unknown[]> {
  const setting = await db.settings.get('enrolment')
  const label = await db.labels.get('1')
  if (setting === undefined || label === undefined) throw new Error('a row is missing')
  return [
    await unsealJson(keys, 'settings/enrolment', setting.sealed),
    await unsealJson(keys, 'labels/1', label.sealed),
  ]
}

test('the PIN’s key is Argon2id as RFC 9106 has it: the same bytes as another implementation', async () => {
  const salt = Uint8Array.from({ length: 16 }, (_, at) => at)
  const cost = { memory: 1024, passes: 3, parallelism: 1, tagLength: 32 }
  const raw = Uint8Array.from(argon2Sync('argon2id', { message: PIN, nonce: salt, ...cost }))
  const key = await derivePinKey(PIN, salt, { memoryKib: 1024, passes: 3 })
  const theirs = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt'])
  const iv = new Uint8Array(12)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, theirs, new Uint8Array(5))
  expect(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed)).toEqual(new ArrayBuffer(5))
})

describe('promise 9: with a PIN', () => {
  test('no key lies beside the data any more, everything opens after the PIN, and nothing without it', async () => {
    const store = await used()
    const old = store.keys.device.key
    await chooseFirstPin(store, PIN, null)
    expect(await readBoth(store)).toEqual(['ward', 'present'])
    expect(await store.db.keys.get('data')).toBeUndefined()
    await expect(openStore(store.db.name)).rejects.toMatchObject({ code: 'locked' })
    const access = await openAccess(null, store.db.name)
    if (access.status === 'open') throw new Error('it is locked')
    expect(await readBoth(await access.device.unlock(PIN))).toEqual(['ward', 'present'])
    // The key that lay there before opens nothing of what is there now.
    const wrapped = await store.db.participantKeys.get(PARTICIPANT)
    if (wrapped === undefined) throw new Error('no key')
    const { iv, data } = wrapped.sealed
    await expect(crypto.subtle.decrypt({ name: 'AES-GCM', iv }, old, data)).rejects.toThrow()
    expect(await storedBytes(store)).not.toContain(PIN)
  })

  test('the PIN is changed without touching the data; the old one opens no more', async () => {
    const store = await used()
    await chooseFirstPin(store, PIN, null)
    await expect(changePin(store, 'not this one', 'quite another')).rejects.toMatchObject({ code: 'pin-wrong' })
    await expect(changePin(store, PIN, '123456')).rejects.toMatchObject({ code: 'pin-weak' })
    await changePin(store, PIN, 'quite another')
    await store.keys.of(newId())
    const access = await openAccess(null, store.db.name)
    if (access.status === 'open') throw new Error('it is locked')
    await expect(access.device.unlock(PIN)).rejects.toMatchObject({ code: 'pin-wrong' })
    expect(await readBoth(await access.device.unlock('quite another'))).toEqual(['ward', 'present'])
  })

  test('a window that still has the replaced key makes no participant’s key that could never be opened', async () => {
    const store = await used()
    const other = await openStore(store.db.name)
    await chooseFirstPin(store, PIN, null)
    await expect(other.keys.of(newId())).rejects.toMatchObject({ code: 'locked' })
    expect(await store.db.participantKeys.count()).toBe(1)
  })

  test('promise 1: something written while the PIN is chosen is neither lost nor left under the old key', async () => {
    const store = await used()
    const chosen = chooseFirstPin(store, PIN, null)
    const late = newId()
    await store.keys.of(late)
    await chosen
    const access = await openAccess(null, store.db.name)
    if (access.status === 'open') throw new Error('it is locked')
    const again = await access.device.unlock(PIN)
    await expect(again.keys.of(late)).resolves.toMatchObject({ owner: late })
    expect(await readBoth(again)).toEqual(['ward', 'present'])
  })
})

test('wrong tries cost ever longer, on disk before they are looked at, and the right one clears them', async () => {
  const { db, keys, copies } = await used()
  await chooseFirstPin({ db, keys, copies }, PIN, null)
  let now = 1000
  const attempt = (pin: string) => openByPin(db, pin, () => now)
  for (let failures = 1; failures <= 4; failures += 1)
    await expect(attempt('wrong one')).rejects.toMatchObject({ code: 'pin-wrong' })
  await expect(attempt('wrong one')).rejects.toMatchObject({ code: 'pin-wrong' })
  await expect(attempt(PIN)).rejects.toMatchObject({ code: 'pin-wait' })
  expect(await db.lock.get('pin')).toMatchObject({ failures: 5 })
  // A clock that is set is no way around.
  vi.setSystemTime(Date.now() + 86_400_000)
  now += 29_999
  await expect(attempt(PIN)).rejects.toMatchObject({ code: 'pin-wait' })
  vi.useRealTimers()
  now += 1
  expect((await attempt(PIN)).byteLength).toBe(32)
  expect(await db.lock.get('pin')).toMatchObject({ failures: 0 })
})

test('a thief at the screen gets at most 24 tries a day once the free ones are gone, and nobody is locked out for good', () => {
  fc.assert(
    fc.property(fc.integer({ min: 9, max: 10_000 }), (failures) => {
      expect(delayAfter(failures)).toBe(3_600_000)
    }),
    { seed: 20261125 },
  )
  fc.assert(
    fc.property(fc.uuid(), fc.nat(50), fc.nat(), fc.nat(3_600_000), (database, failures, now, later) => {
      // Not seen to begin, as after a restart: the whole delay; then what is left of it.
      expect(waitLeftMs(database, failures, now)).toBe(delayAfter(failures))
      expect(waitLeftMs(database, failures, now + later)).toBe(Math.max(0, delayAfter(failures) - later))
    }),
    { seed: 20261125 },
  )
})

test.each([
  ['12345', 'too-short'],
  ['000000', 'too-simple'],
  ['123456', 'too-simple'],
  ['987654', 'too-simple'],
  ['121212', 'too-simple'],
  ['123123', 'too-simple'],
  ['738291', null],
  [PIN, null],
])('%s: %s', (pin, problem) => expect(pinProblem(pin)).toBe(problem))

test('forgotten: the device starts over empty, and says so; nothing else opens it', async () => {
  const store = await used()
  await chooseFirstPin(store, PIN, null)
  const access = await openAccess(null, store.db.name)
  if (access.status === 'open') throw new Error('it is locked')
  expect(access.device.waiting).toBe(0)
  await access.device.startOver()
  const anew = await openAccess(null, store.db.name)
  if (anew.status === 'locked') throw new Error('it has no PIN')
  expect(await anew.store.db.settings.count()).toBe(0)
  expect((await anew.store.db.marks.get('erased-forgotten'))?.value).toBeGreaterThan(0)
})
