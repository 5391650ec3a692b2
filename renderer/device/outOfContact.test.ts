import 'fake-indexeddb/auto'
import { newId } from '@spira/shared/protocol/ids.ts'
import { expect, test } from 'vitest'
import { openStore } from '../store/store.ts'
import { contactStanding, keepDevicePolicy, lookAtContact, WARNINGS } from './outOfContact.ts'

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
  await db.marks.put({ name: 'last-contact-at', value: CONTACT + 30.5 * DAY })
  expect(await on(31)).toBeNull()
  expect(await on(70)).toMatchObject({ daysLeft: 0 })
  expect((await db.marks.get('out-of-contact-warnings'))?.value).toBe(1)
  await keepDevicePolicy(db, { eraseAfterDays: null })
  expect(await on(90)).toBeNull()
})

test('a clock set back is no time without contact', () => {
  const record = { eraseAfterDays: 30, lastContactAt: CONTACT, warnings: 3, warnedAt: CONTACT + 40 * DAY }
  expect(contactStanding(record, CONTACT - DAY)).toEqual({ status: 'well' })
  expect(contactStanding(record, CONTACT + 35 * DAY)).toMatchObject({ status: 'warn', isNewWarning: true })
})
