import 'fake-indexeddb/auto'
import { newId } from '@spira/shared/protocol/ids.ts'
import { expect, test } from 'vitest'
import { openStore } from '../store/store.ts'
import { countRunning, keepContact, keepDevicePolicy, lookAtContact, WARNINGS } from './outOfContact.ts'

const DAY = 24 * 3_600_000
const CONTACT = Date.UTC(2026, 9, 1)

async function deviceOf(eraseAfterDays: number | null) {
  const { db } = await openStore(newId())
  await db.marks.put({ name: 'last-contact-at', value: CONTACT })
  await keepDevicePolicy(db, { eraseAfterDays })
  return { db, on: (day: number) => lookAtContact(db, CONTACT + day * DAY) }
}

test('without a decision of the administrator a device keeps everything for as long as it takes', async () => {
  const { on } = await deviceOf(null)
  expect(await on(3000)).toBeNull()
})

test('it says so for days before, and erases only after that', async () => {
  const { db, on } = await deviceOf(30)
  expect(await on(22)).toBeNull()
  expect(await on(24)).toEqual({ lastContactAt: CONTACT, daysLeft: 6, waiting: 0 })
  expect(await on(24.2)).toMatchObject({ daysLeft: 6 })
  expect(await on(27)).toMatchObject({ daysLeft: 3 })
  expect((await db.marks.get('out-of-contact-warnings'))?.value).toBe(2)
  expect(await on(29.5)).toMatchObject({ daysLeft: 1 })
  expect(await on(30.1)).toMatchObject({ daysLeft: 0 })
  expect(await on(31)).toBe('erase')
})

test('promise 1: a clock that jumps years ahead, or a device from a drawer, has its days of warning first', async () => {
  const { on } = await deviceOf(30)
  for (let day = 0; day < WARNINGS; day += 1) expect(await on(2000 + day)).toMatchObject({ daysLeft: 0 })
  expect(await on(2000 + WARNINGS)).toBe('erase')
})

test('promise 1: contact in between, or a decision taken back, begins it anew', async () => {
  const { db, on } = await deviceOf(30)
  for (const day of [28, 29, 30]) await on(day)
  await keepContact(db, CONTACT + 30.5 * DAY)
  expect(await on(31)).toBeNull()
  expect(await on(70)).toMatchObject({ daysLeft: 0 })
  expect((await db.marks.get('out-of-contact-warnings'))?.value).toBe(1)
  await keepDevicePolicy(db, { eraseAfterDays: null })
  expect(await on(90)).toBeNull()
})

test('a clock set back stops nothing: then the days count that the app is running', async () => {
  const { db, on } = await deviceOf(30)
  // Before every start somebody sets the clock to the day before the last contact; the app runs for five hours each time.
  for (let hours = 0; hours < 23 * 24; hours += 5) {
    expect(await on(-1)).toBeNull()
    await countRunning(db, (5 * DAY) / 24)
  }
  const said: unknown[] = []
  for (let look = await on(-1); look !== 'erase'; look = await on(-1)) {
    said.push(look)
    await countRunning(db, (5 * DAY) / 24)
  }
  expect(said.length * 5).toBeGreaterThanOrEqual(7 * 24 - 5)
  expect(said.length * 5).toBeLessThan(8 * 24)
  expect(said.at(0)).toMatchObject({ daysLeft: 7 })
  expect(said.at(-1)).toMatchObject({ daysLeft: expect.any(Number) })
})

test('promise 1: a clock that jumped ahead and was put right leaves no warnings behind for another time', async () => {
  const { on } = await deviceOf(30)
  for (let day = 0; day < WARNINGS; day += 1) await on(2000 + day)
  expect(await on(5)).toBeNull()
  // From a drawer, much later, really: it says so for three days first.
  for (let day = 0; day < WARNINGS; day += 1) expect(await on(60 + day)).toMatchObject({ daysLeft: 0 })
  expect(await on(60 + WARNINGS)).toBe('erase')
})
