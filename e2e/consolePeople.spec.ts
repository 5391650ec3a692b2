import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, expect, type Page, test } from '@playwright/test'
import { totpCode } from '../training-server/accounts/testTotp.ts'
import { expectAccessible } from './harness/axe.ts'
import { freePort, TestServer } from './harness/server.ts'
import { signInAsAdmin } from './harness/signInAsAdmin.ts'

/** The console's accounts as people meet them: the first sign-in, an invitation, a second factor, a token, shut out. */

const data = mkdtempSync(join(tmpdir(), 'spira-console-'))
let server: TestServer
let browser: Browser

test.beforeAll(async () => {
  server = new TestServer(data, await freePort())
  await server.start()
  browser = await chromium.launch({ executablePath: process.env['SPIRA_BROWSER'] || '/usr/bin/chromium' })
})
test.afterAll(async () => {
  await browser.close()
  await server.stop()
  rmSync(data, { recursive: true, force: true })
})

const newPage = async (): Promise<Page> => (await browser.newContext({ locale: 'en-US' })).newPage()

test.setTimeout(90_000)
test('an administrator invites a researcher, who chooses a password and a second factor, and is shut out', async () => {
  const admin = await newPage()
  await signInAsAdmin(admin, server)
  await admin.getByTestId('nav-people').click()
  await expectAccessible(admin, 'people')
  await admin.getByTestId('invite').click()
  await admin.getByTestId('invite-username').fill('ana.silva')
  await expectAccessible(admin, 'invite')
  await admin.keyboard.press('Enter')
  const link = (await admin.getByTestId('invitation-link').textContent()) ?? ''
  await admin.keyboard.press('Escape')
  await expect(admin.getByTestId('person-row').filter({ hasText: 'ana.silva' })).toContainText('Invited')

  const ana = await newPage()
  await ana.goto(link)
  await expect(ana.getByText('You are invited as ana.silva')).toBeVisible()
  await expectAccessible(ana, 'invitation')
  await ana.getByTestId('invitation-password').fill('a phrase of Ana alone')
  await ana.getByTestId('invitation-password-again').fill('a phrase of Ana alone')
  await ana.keyboard.press('Enter')
  await ana.getByTestId('nav-account').click()
  await expect(ana.getByTestId('nav-people')).toHaveCount(0)
  await ana.getByTestId('factor-begin').click()
  const secret = (await ana.getByTestId('factor-secret').textContent()) ?? ''
  await expectAccessible(ana, 'second factor')
  // The step before: the next sign-in may then use the present one.
  await ana.getByTestId('factor-code').fill(totpCode(secret, Date.now() - 30_000))
  await ana.keyboard.press('Enter')
  await expect(ana.getByTestId('recovery-codes').locator('li')).toHaveCount(10)
  await ana.getByTestId('factor-kept').click()

  await ana.getByTestId('token-name').fill('notebook')
  await ana.getByTestId('token-create').click()
  const token = (await ana.getByTestId('new-token').textContent()) ?? ''
  const asToken = (path: string) =>
    fetch(`${server.url}/api/console/v1${path}`, { headers: { authorization: `Bearer ${token}` } })
  expect((await asToken('/recordings')).status).toBe(200)
  expect((await asToken('/accounts')).status).toBe(403)

  await ana.getByTestId('sign-out').click()
  await ana.getByTestId('sign-in-username').fill('ana.silva')
  await ana.getByTestId('sign-in-password').fill('a phrase of Ana alone')
  await ana.keyboard.press('Enter')
  await expect(ana.getByTestId('sign-in-code')).toBeFocused()
  await ana.keyboard.type(totpCode(secret))
  await ana.keyboard.press('Enter')
  await expect(ana.getByTestId('nav-account')).toBeVisible()

  await admin.getByTestId('change-ana.silva').click()
  await expectAccessible(admin, 'a person')
  await admin.getByTestId('person-access').click()
  await expect(admin.getByTestId('person-row').filter({ hasText: 'ana.silva' })).toContainText('Shut out')
  await ana.reload()
  await expect(ana.getByTestId('sign-in-username')).toBeVisible()
  expect((await asToken('/recordings')).status).toBe(401)
  // A link is used up.
  await ana.goto(link)
  await expect(ana.getByTestId('failure')).toContainText('Ask the administrator for a new one')
})
