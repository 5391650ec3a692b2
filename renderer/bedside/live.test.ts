import 'fake-indexeddb/auto'
import { expect, test } from 'vitest'
import { openTestStore } from '../store/testing/testStore.ts'
import { createLive, liveByKey, liveFromQuery } from './live.ts'
import { until } from './testing/testBedside.ts'

test('tells its listeners of a change, and of nothing else', () => {
  const live = createLive(1)
  let told = 0
  const unsubscribe = live.subscribe(() => (told += 1))
  live.set(1)
  live.set(2)
  unsubscribe()
  live.set(3)
  expect([told, live.get()]).toEqual([1, 3])
})

test('follows the database while it is watched, with one query for all watchers, and rests at the last value', async () => {
  const { db } = await openTestStore()
  let queries = 0
  const live = liveFromQuery({
    initial: 0,
    query: () => {
      queries += 1
      return db.marks.toArray()
    },
    project: async (rows) => rows.reduce((sum, { value }) => sum + value, 0),
  })
  const stop = [live.subscribe(() => undefined), live.subscribe(() => undefined)]
  await db.marks.put({ name: 'event-sequence', value: 5 })
  await until(live, (value) => value === 5)
  const before = queries
  await db.marks.put({ name: 'event-sequence', value: 6 })
  await until(live, (value) => value === 6)
  expect(queries - before).toBe(1)
  for (const unsubscribe of stop) unsubscribe()
  await db.marks.put({ name: 'event-sequence', value: 7 })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(live.get()).toBe(6)
  await until(live, (value) => value === 7)
})

test('projects again when what it also depends on changes', async () => {
  const { db } = await openTestStore()
  const factor = createLive(1)
  const live = liveFromQuery({
    initial: 0,
    query: () => db.marks.count(),
    project: async (count) => (count + 1) * factor.get(),
    also: factor,
  })
  const stop = live.subscribe(() => undefined)
  await until(live, (value) => value === 1)
  factor.set(10)
  await until(live, (value) => value === 10)
  stop()
})

test('of many keys only those asked for last are kept', () => {
  const made: string[] = []
  const ofKey = liveByKey((key) => {
    made.push(key)
    return createLive(key)
  })
  const first = ofKey('first')
  expect(ofKey('first')).toBe(first)
  for (let other = 0; other < 15; other++) ofKey(`other ${other}`)
  expect(ofKey('first')).toBe(first)
  for (let other = 15; other < 31; other++) ofKey(`other ${other}`)
  expect(ofKey('first')).not.toBe(first)
  expect(made.filter((key) => key === 'first')).toHaveLength(2)
})
