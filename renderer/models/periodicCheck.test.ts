import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { DeviceState } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import { startPeriodicCheck } from './periodicCheck.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const times = { firstMs: 3_000, everyMs: 60_000, longestMs: 200_000, jitter: 0 }

function checking(outcomes: ('reached' | 'unreachable' | 'thrown')[]) {
  const at: number[] = []
  const begin = Date.now()
  const enrolled = createLive<DeviceState>({ status: 'not-enrolled', erased: null })
  const periodic = startPeriodicCheck({
    check: async () => {
      at.push(Date.now() - begin)
      const outcome = outcomes.shift() ?? 'reached'
      if (outcome === 'thrown') throw new Error('a defect')
      return outcome
    },
    enrolled,
    times,
  })
  return { at, enrolled, periodic }
}

test('checks soon after start, then every minute', async () => {
  const { at, periodic } = checking([])
  await vi.advanceTimersByTimeAsync(130_000)
  expect(at).toEqual([3_000, 63_000, 123_000])
  periodic.dispose()
  await vi.advanceTimersByTimeAsync(1e6)
  expect(at).toHaveLength(3)
  expect(vi.getTimerCount()).toBe(0)
})

test('waits longer while the server cannot be reached, up to a limit, and a minute again when it can', async () => {
  const { at } = checking(['unreachable', 'thrown', 'unreachable', 'reached'])
  await vi.advanceTimersByTimeAsync(600_000)
  expect(at.slice(0, 5)).toEqual([3_000, 123_000, 323_000, 523_000, 583_000])
})

test('checks at once when the device has been enrolled', async () => {
  const { at, enrolled } = checking([])
  await vi.advanceTimersByTimeAsync(10_000)
  enrolled.set({
    status: 'enrolled',
    deviceId: 'd',
    deviceName: 'ward',
    site: { id: 's', name: 'Demo' },
    serverUrl: 'http://x',
  })
  await vi.advanceTimersByTimeAsync(1)
  expect(at).toEqual([3_000, 10_000])
})
