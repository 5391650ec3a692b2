import 'fake-indexeddb/auto'
import { expect, test, vi } from 'vitest'
import { openTestStore } from './testing/testStore.ts'
import { watchQuery } from './watchQuery.ts'

test('reads again after a thousand changes that did not concern it, hears the one that does, and ends', async () => {
  const { db } = await openTestStore()
  const seen: number[] = []
  const stop = watchQuery(() => db.tombstones.count(), {
    next: (count) => seen.push(count),
    error: (error) => {
      throw error
    },
  })
  await vi.waitFor(() => expect(seen).toEqual([0]))
  for (let change = 0; change < 1000; change++) await db.marks.put({ name: 'event-sequence', value: change })
  await vi.waitFor(() => expect(seen).toEqual([0, 0]))
  await db.tombstones.put({ participantId: 'p-1', withdrawnAt: 1 })
  await vi.waitFor(() => expect(seen).toEqual([0, 0, 1]))
  stop()
  await db.tombstones.clear()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(seen).toEqual([0, 0, 1])
})
