import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { expectAccessible } from './harness/axe.ts'
import { querying } from './harness/database.ts'
import { openEnrolled, speakerWav } from './harness/enrolled.ts'
import { freePort, TestServer } from './harness/server.ts'

/** The bedside app as a clinician uses it. All languages, every view and a crash in each step: `npm run -s bedside`. */

let folder: string
let server: TestServer

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-bedside-'))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})
test.afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('refusal ends the encounter with nothing stored and nothing sent', async () => {
  const { context, page } = await openEnrolled(server, { folder, microphone: await speakerWav(folder) })
  try {
    const before = await querying(server, (db) => db.selectFrom('deviceEvents').select('id').execute())
    await page.getByTestId('new-encounter').click()
    await page.getByTestId('initials').fill('QX')
    await page.getByTestId('record-number').fill('13817615A')
    await page.getByTestId('operator-code').fill('N-12')
    await page.getByTestId('next-step').click()
    await page.getByTestId('consent-refuse').click()
    await expectAccessible(page, 'refusal')
    await page.getByTestId('consent-refuse-confirm').click()
    await expect(page.getByTestId('new-encounter')).toBeVisible()
    await expect(page.getByTestId('worklist-row')).toHaveCount(0)
    const kept = await page.evaluate(async () => {
      const open = indexedDB.open('spira-edge')
      const db = await new Promise<IDBDatabase>((resolve) => (open.onsuccess = () => resolve(open.result)))
      const tables = ['encounters', 'recordings', 'chunks', 'labels', 'outbox', 'identities', 'participantKeys']
      const count = (table: string) =>
        new Promise<number>((resolve) => {
          const asked = db.transaction(table).objectStore(table).count()
          asked.onsuccess = () => resolve(asked.result)
        })
      const counts = await Promise.all(tables.map(count))
      db.close()
      return Object.fromEntries(tables.map((table, index) => [table, counts[index]]))
    })
    expect(kept).toEqual({
      encounters: 0,
      recordings: 0,
      chunks: 0,
      labels: 0,
      outbox: 0,
      identities: 0,
      participantKeys: 0,
    })
    expect(await querying(server, (db) => db.selectFrom('deviceEvents').select('id').execute())).toEqual(before)
  } finally {
    await context.close()
  }
})
