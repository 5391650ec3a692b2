import 'fake-indexeddb/auto'
import { afterEach, expect, test, vi } from 'vitest'
import { openTestStore } from '../store/testing/testStore.ts'
import { createLockService } from './lockService.ts'

const MINUTE_MS = 60_000

afterEach(() => {
  vi.useRealTimers()
})

/** A device with a PIN, left alone from now on; locks after five minutes. */
async function leftAlone() {
  const store = await openTestStore()
  await store.db.lock.put({
    name: 'pin',
    salt: new Uint8Array(16),
    memoryKib: 8,
    passes: 1,
    sealed: { iv: new Uint8Array(12), data: new ArrayBuffer(0) },
    generation: 'first',
    idleMinutes: 5,
    failures: 0,
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  const device = { busy: false, locks: 0 }
  const service = await createLockService({
    store,
    optional: false,
    keptKey: async () => null,
    isBusy: () => device.busy,
    lock: () => void (device.locks += 1),
  })
  return { device, service }
}

test('promise 9: left alone it locks after its minutes and not before', async () => {
  const { device, service } = await leftAlone()
  await vi.advanceTimersByTimeAsync(5 * MINUTE_MS - 1000)
  expect(device.locks).toBe(0)
  await vi.advanceTimersByTimeAsync(2000)
  expect(device.locks).toBe(1)
  service.dispose()
})

test('promise 9: the time a machine slept counts: soon after it wakes it is locked', async () => {
  const { device, service } = await leftAlone()
  // Asleep, the clock goes on and no timer does.
  vi.setSystemTime(Date.now() + 60 * MINUTE_MS)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(device.locks).toBe(1)
  service.dispose()
})

test('what runs is not ended by the lock; it follows at once afterwards', async () => {
  const { device, service } = await leftAlone()
  device.busy = true
  await vi.advanceTimersByTimeAsync(20 * MINUTE_MS)
  expect(device.locks).toBe(0)
  device.busy = false
  await vi.advanceTimersByTimeAsync(10_000)
  expect(device.locks).toBe(1)
  service.dispose()
})
