import { afterEach, expect, test, vi } from 'vitest'
import { openTestStore } from '../store/testing/testStore.ts'
import { LEAST_FREE_BYTES, requireStorageRoom } from './storageRoom.ts'
import { roomOf, watchStorage } from './storageWatch.ts'

const MB = 1024 * 1024
/** The browser's answers; where it has none, Node has no storage of its own. */
let estimate: StorageEstimate = {}
let persisted = false
vi.stubGlobal('navigator', {
  storage: { estimate: () => Promise.resolve(estimate), persisted: () => Promise.resolve(persisted) },
})
const { db } = await openTestStore()
afterEach(() => vi.useRealTimers())

test('a shift before it is short the clinician is warned, and only what really cannot be kept is refused', async () => {
  // One minute of 16 kHz PCM16 is 1.92 MB: two hours are 230 MB beyond what is kept free.
  expect(roomOf(LEAST_FREE_BYTES + 300 * MB)).toEqual({ room: 'enough', minutesLeft: 163 })
  expect(roomOf(LEAST_FREE_BYTES + 200 * MB)).toEqual({ room: 'low', minutesLeft: 109 })
  expect(roomOf(LEAST_FREE_BYTES)).toEqual({ room: 'low', minutesLeft: 0 })
  expect(roomOf(LEAST_FREE_BYTES - 1)).toEqual({ room: 'full', minutesLeft: 0 })
  expect(roomOf(null)).toEqual({ room: 'unknown', minutesLeft: null })

  estimate = { quota: 1000 * MB, usage: 1000 * MB - LEAST_FREE_BYTES }
  await expect(requireStorageRoom(db)).resolves.toBeUndefined()
  estimate = { quota: 1000 * MB, usage: 1000 * MB - LEAST_FREE_BYTES + 1 }
  await expect(requireStorageRoom(db)).rejects.toMatchObject({ code: 'storage-full' })
  // A browser that does not say is believed to have room: the database says when it has not.
  estimate = {}
  await expect(requireStorageRoom(db)).resolves.toBeUndefined()
})

test('room is watched while the app runs, with what the browser promised', async () => {
  // The database's own timers run on.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  estimate = { quota: 2000 * MB, usage: 0 }
  const watch = watchStorage(db)
  expect(watch.state.get().room).toBe('unknown')
  await expect.poll(watch.state.get).toMatchObject({ room: 'enough', freeBytes: 2000 * MB, persisted: false })

  estimate = { quota: 2000 * MB, usage: 1900 * MB }
  persisted = true
  vi.advanceTimersByTime(60_000)
  await expect.poll(watch.state.get).toMatchObject({ room: 'low', freeBytes: 100 * MB, persisted: true })

  // Some browsers count more used than they allow.
  estimate = { quota: 10 * MB, usage: 20 * MB }
  vi.advanceTimersByTime(60_000)
  await expect.poll(watch.state.get).toMatchObject({ room: 'full', freeBytes: 0, minutesLeft: 0 })

  watch.stop()
  estimate = { quota: 2000 * MB, usage: 0 }
  vi.advanceTimersByTime(300_000)
  expect(watch.state.get().room).toBe('full')
})
