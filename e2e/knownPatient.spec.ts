import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { openEnrolled, speakerWav } from './harness/enrolled.ts'
import { freePort, TestServer } from './harness/server.ts'

let folder: string
let server: TestServer

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-known-'))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})
test.afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('a patient with a known record number gets no second pseudonym, whichever way the first step is left; then the other patient’s turn, and a withdrawal', async () => {
  const { context, page } = await openEnrolled(server, { folder, microphone: await speakerWav(folder) })
  try {
    await page.getByTestId('new-encounter').click()
    await identify(page, '14259401E')
    // Without `P-`, whose hyphen does not break where it stands in a sentence.
    const code = ((await page.getByTestId('participant-code').textContent()) ?? '').slice(2)
    await page.getByTestId('next-step').click()
    await expect(page.getByTestId('consent-agree')).toBeVisible()

    await page.getByTestId('change-patient').click()
    await page.getByTestId('change-keep').click()
    await expect(page.getByTestId('participant-code')).not.toContainText(code)
    await identify(page, '14259401E')
    const toConsent = page.getByRole('navigation').getByRole('button', { name: 'Consent' })
    await expect(page.getByTestId('participant-known')).toBeVisible()
    await toConsent.click()
    await expect(page.getByTestId('record-number')).toBeFocused()
    await page.reload()
    await expect(page.getByTestId('participant-known')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByTestId('record-number')).toHaveValue('14259401E')
    await toConsent.click()
    await expect(page.getByTestId('consent-agree')).toHaveCount(0)
    await page.getByTestId('adopt-participant').click()
    await expect(page.getByTestId('participant-code')).toContainText(code)
    await toConsent.click()
    await expect(page.getByTestId('consent-agree')).toBeVisible()

    await page.getByTestId('change-patient').click()
    await page.getByTestId('change-discard').click()
    await expect(page.getByTestId('participant-code')).not.toContainText(code)
    await identify(page, '13817615A')
    await page.goto(`${server.url}/bedside/`)
    await expect(page.getByTestId('worklist-row')).toHaveCount(2, { timeout: 60_000 })
    await page.getByTestId('worklist-search').fill('1425940-1 e')
    await expect(page.getByTestId('worklist-row')).toHaveCount(1)
    await expect(page.getByTestId('worklist-row')).toContainText(code)

    // Somebody else typed over a patient seen before: the history stays whose it was, and theirs begins.
    await page.getByTestId('open-participant').click()
    await page.getByTestId('repeat-encounter').click()
    await expect(page.getByTestId('banner-initials')).toHaveText('MS')
    await page.getByTestId('initials').fill('JP')
    await page.getByTestId('record-number').fill('')
    await page.getByTestId('next-step').click()
    await expect(page.getByTestId('same-person-words')).toContainText('JP')
    await page.getByTestId('person-another').click()
    await expect(page.getByTestId('banner-initials')).toHaveText('JP')
    await expect(page.getByTestId('participant-code')).not.toContainText(code)
    await page.goto(`${server.url}/bedside/`)
    await page.getByTestId('worklist-search').fill('1425940-1 e')
    await expect(page.getByTestId('worklist-row')).toHaveCount(1, { timeout: 60_000 })
    await expect(page.getByTestId('worklist-row')).toContainText('MS')

    await page.getByTestId('open-participant').click()
    await page.getByTestId('withdraw').click()
    await page.getByTestId('withdraw-by').fill('N-12')
    await page.getByTestId('withdraw-explained').check()
    await page.getByTestId('withdraw-confirm').click()
    // Done, the app leaves the page of somebody who is not there any more.
    await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByTestId('worklist-row')).toHaveCount(2, { timeout: 60_000 })
    await expect(page.locator('main')).not.toContainText(code)
  } finally {
    await context.close()
  }
})

async function identify(page: Page, recordNumber: string): Promise<void> {
  await page.getByTestId('initials').fill('MS')
  await page.getByTestId('record-number').fill(recordNumber)
  await page.getByTestId('operator-code').fill('N-12')
}
