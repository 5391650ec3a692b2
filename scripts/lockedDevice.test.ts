import 'fake-indexeddb/auto'
import { newId } from '@spira/shared/protocol/ids.ts'
import { afterAll, expect, test } from 'vitest'
import { createDeviceService } from '../renderer/device/deviceService.ts'
import { watchRevocation } from '../renderer/device/revocationWatch.ts'
import { chooseFirstPin } from '../renderer/lock/choosePin.ts'
import { openAccess } from '../renderer/lock/openAccess.ts'
import { openStore } from '../renderer/store/store.ts'
import { withTestDatabase } from '../training-server/db/testDatabase.ts'
import { createEnrolmentCode, ensureSite } from '../training-server/fleet/enrolmentCodes.ts'
import { revokeDevice } from '../training-server/fleet/revoke.ts'
import { ensureRepository } from '../training-server/releases/repository.ts'
import { buildServer } from '../training-server/server/app.ts'

/** A bedside device that waits for its PIN, and the real server that it was enrolled with. */
const { context, db } = await withTestDatabase()
const app = await buildServer(context)
const serverUrl = await app.listen({ host: '127.0.0.1', port: 0 })
afterAll(() => app.close())
await ensureRepository(context)
const site = await ensureSite(context, { name: 'Ward A', simulated: false })

/** Enrolled, with something of a participant, and locked. */
async function locked() {
  const store = await openStore(newId())
  const device = await createDeviceService({ store, appVersion: '0.1.0' })
  const { code } = await createEnrolmentCode(context, { siteId: site.id, createdBy: 'test' })
  await device.enrol({ serverUrl, code, deviceName: 'Tablet' })
  await store.keys.of(newId())
  await chooseFirstPin(store, 'quite a phrase', null)
  const deviceId = device.identity()?.deviceId ?? ''
  return { store, deviceId, revoke: () => revokeDevice(context, deviceId, 'admin') }
}

test('a locked device hears of its revocation at its next contact, and is erased', async () => {
  const { store, deviceId, revoke } = await locked()
  let erased = 0
  const open = () => openAccess(null, store.db.name, () => void (erased += 1))
  expect((await open()).status).toBe('locked')
  // Still one of the server's own: it asked, and nothing happened.
  const asked = db.selectFrom('deviceChallenges').select('deviceId').where('deviceId', '=', deviceId)
  await expect.poll(() => asked.execute(), { timeout: 20_000 }).toHaveLength(1)
  expect([await store.db.participantKeys.count(), erased]).toEqual([1, 0])
  await revoke()
  expect((await open()).status).toBe('locked')
  await expect.poll(() => erased, { timeout: 20_000 }).toBe(1)
  for (const table of store.db.tables)
    expect([table.name, await table.count()]).toEqual([table.name, table.name === 'marks' ? 1 : 0])
  expect((await store.db.marks.get('erased-revoked'))?.value).toBeGreaterThan(0)
})

test('promise 1: whatever says so without the server’s signature for this device erases nothing, and is no contact', async () => {
  const [{ store }, other] = [await locked(), await locked()]
  await other.revoke()
  const answers = {
    'the order for another device': (url: string, init: RequestInit) =>
      fetch(url, { ...init, body: JSON.stringify({ deviceId: other.deviceId }) }),
    'a word without an order': async () => Response.json({ code: 'device_revoked', message: '' }, { status: 403 }),
    'a captive portal': async () => new Response('<h1>Welcome to the guests’ network</h1>'),
    'no network': () => Promise.reject(new TypeError('no route')),
  }
  for (const [what, answer] of Object.entries(answers)) {
    const erased: string[] = []
    let answered = 0
    const stop = watchRevocation(store, {
      erased: () => void erased.push(what),
      fetch: (url, init) => answer(url, init).finally(() => (answered += 1)),
    })
    await expect.poll(() => answered).toBe(1)
    // What follows an answer is awaited by nobody: it has this long.
    await new Promise((resolve) => setTimeout(resolve, 50))
    stop()
    expect([what, await store.db.participantKeys.count(), erased]).toEqual([what, 1, []])
  }
  expect(await store.db.marks.get('last-contact-at')).toBeUndefined()
})
