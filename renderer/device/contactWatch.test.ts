import 'fake-indexeddb/auto'
import { newId } from '@spira/shared/protocol/ids.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openStore } from '../store/store.ts'
import { type ContactWatch, watchContact } from './contactWatch.ts'
import { keepDevicePolicy, WARNINGS } from './outOfContact.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const CONTACT = Date.UTC(2026, 9, 1)
const watches: ContactWatch[] = []

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  for (const watch of watches.splice(0)) watch.stop()
  vi.useRealTimers()
})

/** An app that runs without the server, with `tabs` of it open and a clock on the wall that stands still. */
async function running(tabs: number) {
  const store = await openStore(newId())
  await store.db.marks.put({ name: 'last-contact-at', value: CONTACT })
  await keepDevicePolicy(store.db, { eraseAfterDays: 30 })
  const clock = { ms: 0, wall: CONTACT - DAY }
  const erased = vi.fn()
  for (let tab = 0; tab < tabs; tab += 1)
    watches.push(watchContact(store, { isBusy: () => false, erased, now: () => clock.wall, running: () => clock.ms }))
  const counted = async () => (await store.db.marks.get('out-of-contact-running-ms'))?.value ?? 0
  /** As long as it takes for the next looks to be through. */
  const pass = async (ms: number): Promise<void> => {
    clock.ms += ms
    const expected = (await counted()) + ms
    await vi.waitFor(async () => {
      vi.advanceTimersByTime(10 * 60_000)
      expect([await counted(), erased.mock.calls.length]).not.toEqual([expected - ms, 0])
    })
  }
  return { store, erased, counted, pass }
}

test('two windows of one device count its time once', async () => {
  const { counted, pass } = await running(2)
  for (let hour = 1; hour <= 5; hour += 1) {
    await pass(HOUR)
    expect(await counted()).toBe(hour * HOUR)
  }
})

test('a clock that stands before the last contact: erased after the days that the app was running, and after its warnings', async () => {
  const { store, erased, pass } = await running(1)
  await pass(29 * DAY)
  for (let warnings = 1; warnings < WARNINGS; warnings += 1) {
    await pass(DAY)
    expect(erased).not.toHaveBeenCalled()
  }
  await pass(DAY)
  await vi.waitFor(() => expect(erased).toHaveBeenCalled())
  expect((await store.db.marks.toArray()).map(({ name }) => name)).toEqual(['erased-out-of-contact'])
})
