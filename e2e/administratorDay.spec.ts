import { join } from 'node:path'
import { type Browser, expect, test } from '@playwright/test'
import { sql } from 'kysely'
import { newId } from '@spira/shared/protocol/ids.ts'
import { type EnrolledDevice, enrolDevice } from '../apps/simulator/fleet/enrolDevice.ts'
import { querying } from './harness/database.ts'
import { expectAccessible } from './harness/axe.ts'
import { press, tabTo, typeInto, watchForPointer } from './harness/keyboard.ts'
import { type ConsoleBed, startConsoleBed } from './harness/consoleBed.ts'
import { freePort, TestServer } from './harness/server.ts'

/**
 * An administrator's day at the console, by keyboard alone: invite, enrol, revoke, withdraw, retention, back up and restore.
 */

const AT = '2026-11-20T09:30:00.000Z'
let bed: ConsoleBed | undefined
let folder: string
let server: TestServer
let browser: Browser

test.beforeAll(async () => {
  bed = await startConsoleBed('administrator')
  ;({ folder, server, browser } = bed)
})
test.afterAll(() => bed?.stop())

/** The tables of the server's database in which a row says these words, whatever the column. */
const tablesWith = (words: string): Promise<string[]> =>
  querying(server, async (db) => {
    const { rows } = await sql<{
      name: string
    }>`select tablename as name from pg_tables where schemaname = 'public'`.execute(db)
    const found = await Promise.all(
      rows.map(async ({ name }) => {
        const inIt = await sql`select from ${sql.table(name)} as t where t::text like ${`%${words}%`} limit 1`.execute(
          db,
        )
        return inIt.rows.length > 0 ? [name] : []
      }),
    )
    return found.flat()
  })

async function registerParticipant({ client, enrolment }: EnrolledDevice, code: string): Promise<void> {
  const payload = { id: newId(), siteId: enrolment.site.id, code, registeredAt: AT }
  const { rejected } = await client.sendEvents([
    { id: newId(), sequence: 1, occurredAt: AT, type: 'participant.registered', payload },
  ])
  expect(rejected).toEqual([])
}

test.setTimeout(300_000)
test('promise 8: invite, enrol, revoke, withdraw, set what is kept, back up and restore, by keyboard', async () => {
  const page = await (await browser.newContext({ locale: 'en-US', viewport: { width: 1600, height: 1000 } })).newPage()
  const byKeyboardAlone = await watchForPointer(page)
  await page.goto(`${server.url}/console/`)
  await typeInto(page, 'sign-in-username', 'admin')
  await typeInto(page, 'sign-in-password', server.oneTimePassword)
  await page.keyboard.press('Enter')
  await typeInto(page, 'new-password', 'a phrase of the administrator')
  await typeInto(page, 'new-password-again', 'a phrase of the administrator')
  await page.keyboard.press('Enter')

  await test.step('invite: a link that works once', async () => {
    await press(page, 'nav-people')
    await press(page, 'invite')
    await typeInto(page, 'invite-username', 'ana.silva')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('invitation-link')).toContainText('/console/')
    await page.keyboard.press('Escape')
    await expect(page.getByTestId('person-row')).toHaveCount(2)
  })

  const device = await test.step('a new site, and a device of it', async () => {
    await press(page, 'nav-devices')
    await press(page, 'site-open')
    await typeInto(page, 'site-name', 'North Hospital')
    await typeInto(page, 'site-prevalence', '12')
    await page.keyboard.press('Enter')
    const site = page.getByTestId('site-row').filter({ hasText: 'North Hospital' })
    await expect(site.getByRole('cell', { name: '12', exact: true })).toBeVisible()
    await press(page, 'enrolment-code-create')
    await typeInto(page, 'enrolment-site', 'North Hospital')
    await press(page, 'enrolment-code-submit')
    const code = (await page.getByTestId('enrolment-code').textContent()) ?? ''
    const enrolled = await enrolDevice(server.url, code, 'Ward 3, bed 1')
    await registerParticipant(enrolled, 'P-7F3K2')
    expect(await tablesWith('P-7F3K2')).toContain('participants')
    await page.keyboard.press('Escape')
    await expect(page.getByTestId('device-row')).toContainText('Ward 3, bed 1', { timeout: 10_000 })
    await expect(page.getByTestId('device-row')).toContainText('Nothing')
    await expectAccessible(page, 'devices and sites')
    return enrolled
  })

  await test.step('withdraw: with care, and nothing of the participant is left', async () => {
    await press(page, 'nav-withdrawals')
    await press(page, 'withdraw-open')
    await tabTo(page, 'withdraw-site')
    await page.keyboard.type('North')
    await typeInto(page, 'withdraw-code', 'P-7F3K2')
    await typeInto(page, 'withdraw-by', 'M-4')
    await tabTo(page, 'withdraw-explained')
    await page.keyboard.press('Space')
    await press(page, 'withdraw-submit')
    await expect(page.getByTestId('withdrawal-row')).toContainText('North Hospital')
    await expect.poll(() => tablesWith('P-7F3K2')).toEqual([])
  })

  await test.step('retention: ten years', async () => {
    await press(page, 'retention-open')
    await typeInto(page, 'retention-days', '3650')
    await press(page, 'retention-submit')
    await expect(page.getByTestId('retention-row')).toContainText('3,650 days')
  })

  await test.step('revoke: the device is refused from now on', async () => {
    await press(page, 'nav-devices')
    await press(page, 'device-revoke')
    await press(page, 'revoke-submit')
    await expect(page.getByTestId('device-row')).toContainText('Revoked')
    await expect(device.client.sendEvents([])).rejects.toThrow(/revoked/i)
  })

  const backup = await test.step('back up: made while everybody works on', async () => {
    await press(page, 'nav-server')
    await expect(page.getByTestId('backup-facts')).toContainText('Never')
    await press(page, 'backup-make')
    await expect(page.getByText('Made once')).toBeVisible({ timeout: 120_000 })
    await expect(page.getByTestId('disk-free')).toContainText('free')
    await expectAccessible(page, 'server')
    await byKeyboardAlone()
    return join(server.data, 'backup')
  })

  await test.step('restore: another server, and the same people, sites and withdrawals', async () => {
    const data = join(folder, 'restored')
    server.spira('restore', '--from', backup, '--data', data)
    const other = new TestServer(data, await freePort())
    await other.start()
    try {
      // The session is in the backup, too; it ends when it would have ended.
      await page.goto(`${other.url}/console/people`)
      await expect(page.getByTestId('person-row')).toHaveCount(2)
      await press(page, 'nav-withdrawals')
      await expect(page.getByTestId('withdrawal-row')).toContainText('North Hospital')
      await press(page, 'nav-audit')
      await press(page, 'audit-check')
      await expect(page.getByTestId('audit-whole')).toBeVisible()
      await byKeyboardAlone()
    } finally {
      await other.stop()
    }
  })
})
