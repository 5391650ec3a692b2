import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, expect, test } from '@playwright/test'
import { clinicalProtocolSchema, type ClinicalProtocol } from '@spira/shared/protocol/clinicalProtocol.ts'
import { expectAccessible } from './harness/axe.ts'
import { openEnrolled, speakerWav } from './harness/enrolled.ts'
import { freePort, TestServer } from './harness/server.ts'
import { signInAsAdmin } from './harness/signInAsAdmin.ts'

/** The protocol as an administrator changes it: written, refused where it is wrong, published, and asked at the bedside. */

let folder: string
let server: TestServer

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-protocol-'))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})
test.afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const HEART_ASKED = 'Pulse, counted for a whole minute'

/** The next version: the heart rate worded otherwise. */
function changed(protocol: ClinicalProtocol): ClinicalProtocol {
  return {
    ...protocol,
    sections: protocol.sections.map((section) => ({
      ...section,
      fields: section.fields.map((field) =>
        field.id === 'heartRatePerMin' ? { ...field, label: { ...field.label, en: HEART_ASKED } } : field,
      ),
    })),
  }
}

test('an administrator publishes a new version of the protocol, and the device asks by it', async () => {
  const bedside = await openEnrolled(server, { folder, microphone: await speakerWav(folder) })
  const browser = await chromium.launch({ executablePath: process.env['SPIRA_BROWSER'] || '/usr/bin/chromium' })
  try {
    // What was begun under the old version is finished under it.
    await bedside.page.getByTestId('new-encounter').click()
    await bedside.page.getByTestId('operator-code').fill('N-12')
    await bedside.page.getByTestId('next-step').click()
    await bedside.page.getByTestId('consent-agree').click()
    await expect(bedside.page.getByTestId('field-heartRatePerMin')).toBeVisible()
    const begun = bedside.page.url()

    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    await signInAsAdmin(page, server)
    await page.getByTestId('nav-protocol').click()
    const json = page.getByTestId('protocol-json')
    const original = await json.inputValue()
    const protocol = clinicalProtocolSchema.parse(JSON.parse(original))
    await expect(page.getByTestId('protocol-preview')).toContainText('Oxygen saturation')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expectAccessible(page, `protocol ${colorScheme}`)
    }

    const publish = page.getByTestId('protocol-publish')
    await page.getByTestId('protocol-note').fill('The pulse is counted for a whole minute')
    await expect(publish).toBeDisabled()
    await json.fill(original.slice(0, -1))
    await expect(page.getByTestId('protocol-problems')).toContainText(/JSON/)
    await expect(publish).toBeDisabled()
    await json.fill(original.replace('"below": "systolicMmHg"', '"below": "velvet"'))
    await expect(page.getByTestId('protocol-problems')).toContainText('no number "velvet" is asked before this')
    await expectAccessible(page, 'protocol with a problem')
    await expect(publish).toBeDisabled()

    await json.fill(JSON.stringify(changed(protocol), null, 2))
    await expect(page.getByTestId('protocol-preview')).toContainText(HEART_ASKED)
    await publish.click()
    await expect(page.getByTestId('protocol-version').locator('option')).toHaveCount(2)
    await expect(page.getByTestId('protocol-version')).toHaveValue(String(protocol.version + 1))
    await expect(json).toHaveValue(new RegExp(HEART_ASKED))

    const app = bedside.page
    await app.goto(`${server.url}/bedside/`)
    await expect(app.getByTestId('new-encounter')).toBeVisible()
    const kept = () =>
      app.evaluate(async () => {
        const open = indexedDB.open('spira-edge')
        const db = await new Promise<IDBDatabase>((resolve) => (open.onsuccess = () => resolve(open.result)))
        const asked = db.transaction('protocols').objectStore('protocols').count()
        const count = await new Promise<number>((resolve) => (asked.onsuccess = () => resolve(asked.result)))
        db.close()
        return count
      })
    await expect.poll(kept, { timeout: 60_000 }).toBe(1)
    await app.getByTestId('new-encounter').click()
    await app.getByTestId('next-step').click()
    await app.getByTestId('consent-agree').click()
    await expect(app.getByLabel(HEART_ASKED)).toBeVisible()
    await app.goto(begun)
    await expect(app.getByTestId('field-heartRatePerMin')).toBeVisible()
    await expect(app.getByLabel(HEART_ASKED)).toHaveCount(0)
  } finally {
    await browser.close()
    await bedside.context.close()
  }
})
