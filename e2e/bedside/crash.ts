import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { killBrowser, openBedside, saveEncounter } from '../harness/bedside.ts'
import { openEnrolled, speakerWav } from '../harness/enrolled.ts'
import { freePort, TestServer } from '../harness/server.ts'

let folder: string
let server: TestServer

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-crash-'))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})
test.afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('promise 1: kill -9 of the browser in each step: the worklist resumes at that very step with everything that was typed', async () => {
  test.setTimeout(900_000)
  const microphone = await speakerWav(folder)
  const app = await openEnrolled(server, { folder, microphone })
  let { context, page } = app
  const value = (testId: string) => expect(page.getByTestId(testId))

  /** A power cut, as the browser sees it; then the app is opened anew and the draft from the worklist. */
  async function killAndResume(step: RegExp): Promise<void> {
    await killBrowser(context, app.profile)
    context = await openBedside({ profile: app.profile, microphone })
    page = context.pages()[0] ?? (await context.newPage())
    await page.goto(`${server.url}/bedside/`)
    const row = page.getByTestId('worklist-row').first()
    await expect(row).toContainText(step, { timeout: 60_000 })
    await row.click()
  }

  await page.getByTestId('new-encounter').click()
  const code = await page.getByTestId('participant-code').textContent()
  await page.getByTestId('initials').fill('MS')
  // A check digit that is wrong and an age that nobody has: nothing to go on with, and not lost either.
  await page.getByTestId('identifier-rule').selectOption('hc-fmusp')
  await page.getByTestId('record-number').fill('14259401F')
  await page.getByTestId('age').fill('610')
  await page.getByTestId('operator-code').fill('N-12')
  await settled(page)
  await killAndResume(/continue at Participant/)
  await value('record-number').toHaveValue('14259401F')
  await value('age').toHaveValue('610')
  await page.getByRole('button', { name: '2 Consent' }).click()
  await value('record-number').toBeFocused()
  await page.getByTestId('record-number').fill('14259401E')
  await page.getByTestId('age').fill('61')
  await settled(page)
  await killAndResume(/continue at Participant/)
  await expect(page.getByTestId('participant-code')).toHaveText(code ?? '')
  await value('initials').toHaveValue('MS')
  await value('record-number').toHaveValue('14259401E')
  await value('age').toHaveValue('61')

  await page.getByTestId('next-step').click()
  await expect(page.getByTestId('consent-agree')).toBeVisible()
  await killAndResume(/continue at Consent/)
  await page.getByTestId('consent-agree').click()

  await page.getByTestId('field-spo2Percent').fill('49')
  await page.getByTestId('field-heartRatePerMin').pressSequentially('10x')
  await settled(page)
  await killAndResume(/continue at Clinical data/)
  await value('field-spo2Percent').toHaveValue('49')
  // What cannot be is not lost either: it is what the person typed.
  await value('field-heartRatePerMin').toHaveValue('10x')
  await page.getByTestId('confirm-spo2Percent').check()
  await page.getByTestId('field-heartRatePerMin').fill('104')
  await page.getByTestId('next-step').click()
  await page.getByTestId('field-studyLine-smoking').check()
  await settled(page)
  await killAndResume(/continue at Clinical data/)
  await expect(page.getByTestId('field-studyLine-smoking')).toBeChecked()
  await expect(page.getByTestId('section-smoking')).toBeVisible()

  await page.getByTestId('to-microphone').click()
  await page.getByTestId('task-read-sentence').click()
  await page.getByTestId('start-recording').click()
  await expect
    .poll(async () => Number(await page.getByTestId('elapsed').getAttribute('data-ms')), { timeout: 60_000 })
    .toBeGreaterThan(5000)
  await killAndResume(/continue at Recording/)
  await page.goto(`${server.url}/bedside/`)
  await page.getByTestId('recover').click()
  // What was recorded until then is read as if Stop had been pressed, and shown.
  await expect(page.getByTestId('save-encounter')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('finding').and(page.locator('[data-code=interrupted]')).first()).toBeVisible()
  await killAndResume(/continue at Result/)
  await saveEncounter(page)
  await expect(page.getByTestId('to-summary')).toBeVisible()
  await context.close()
})

/** Every write that was asked for is on disk: strict durability, and two frames for the last of them to be asked for. */
const settled = (page: Page): Promise<unknown> => page.waitForTimeout(300)
