import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, expect, type Page, test } from '@playwright/test'
import { expectAccessible } from './harness/axe.ts'
import { fillModelsAndRuns } from './harness/modelsAndRuns.ts'
import { freePort, TestServer } from './harness/server.ts'

/** The pages about training, models, rollouts and monitoring as people see them, light and dark; SPIRA_SCREENS keeps pictures. */

const data = mkdtempSync(join(tmpdir(), 'spira-releases-'))
const screens = process.env['SPIRA_SCREENS']
let server: TestServer
let browser: Browser

test.setTimeout(420_000)
test.beforeAll(async () => {
  test.setTimeout(240_000)
  server = new TestServer(data, await freePort())
  await server.start()
  browser = await chromium.launch({ executablePath: process.env['SPIRA_BROWSER'] || '/usr/bin/chromium' })
  await fillModelsAndRuns(data)
})
test.afterAll(async () => {
  await browser.close()
  await server.stop()
  rmSync(data, { recursive: true, force: true })
})

async function look(page: Page, name: string): Promise<void> {
  if (screens !== undefined) {
    mkdirSync(screens, { recursive: true })
    await page.screenshot({ path: join(screens, `${name}.png`), fullPage: true })
  }
  await expectAccessible(page, name)
}

test('training, models, rollouts and monitoring read well in light and dark', async () => {
  let password = server.oneTimePassword
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await (await browser.newContext({ locale: 'en-US', colorScheme })).newPage()
    await page.goto(`${server.url}/console/`)
    await page.getByTestId('sign-in-username').fill('admin')
    await page.getByTestId('sign-in-password').fill(password)
    await page.keyboard.press('Enter')
    if (colorScheme === 'light') {
      password = 'a phrase of the administrator'
      await page.getByTestId('new-password').fill(password)
      await page.getByTestId('new-password-again').fill(password)
      await page.keyboard.press('Enter')
    }
    await page.getByTestId('nav-training').click()
    await expect(page.getByTestId('run-status').first()).toHaveAttribute('data-status', 'succeeded', {
      timeout: 120_000,
    })
    const stages = page.getByTestId('run-stages-toggle').first()
    // A chart that is drawn meanwhile may move what is below it from under the pointer.
    await expect(async () => {
      await stages.click()
      await expect(stages).toHaveAttribute('aria-expanded', 'true', { timeout: 2000 })
    }).toPass()
    await expect(page.getByTestId('run-stages').getByRole('row')).toHaveCount(8)
    await expect(page.getByTestId('run-status').nth(1)).toHaveAttribute('data-status', 'succeeded', {
      timeout: 120_000,
    })
    // A chart for the seed, and one for each fold.
    const failed = page.getByTestId('run-row').filter({ hasText: 'Failed' })
    await failed.getByText('Show the curves').click()
    await expect(failed.getByTestId('run-curves').getByRole('figure')).toHaveCount(3)
    await look(page, `training-${colorScheme}`)
    if (colorScheme === 'light') await triggers(page)
    else await deadLetter(page)
    await page.getByTestId('run-compare').nth(0).check()
    await page.getByTestId('run-compare').nth(1).check()
    await page.getByTestId('compare-open').click()
    await expect(page.getByTestId('compare-settings')).toContainText('seed')
    await expect(page.getByTestId('compare-metrics').getByRole('row')).not.toHaveCount(1)
    await look(page, `compare-${colorScheme}`)
    await page.getByTestId('nav-models').click()
    await expect(page.getByTestId('model-row')).toHaveCount(4)
    await page.getByTestId('model-lineage').first().click()
    await expect(page.getByTestId('lineage-graph')).toContainText('Learned from')
    await look(page, `lineage-${colorScheme}`)
    await page.getByTestId('lineage-list-test').locator('summary').click()
    await page.getByTestId('lineage-list-test').getByRole('link').first().click()
    await expect(page.getByTestId('lineage-node').filter({ hasText: 'November' })).toBeVisible()
    // A model of each run, as what this recording was to it; each leads back.
    await expect(page.getByTestId('lineage-node').filter({ hasText: 'Version' })).not.toHaveCount(0)
    await look(page, `lineage-recording-${colorScheme}`)
    await page.getByTestId('nav-models').click()
    await page.getByTestId('approve-open').first().click()
    await expect(page.getByTestId('gate-criteria')).toContainText('Change-control plan')
    await look(page, `approve-${colorScheme}`)
    await page.keyboard.press('Escape')
    await look(page, `models-${colorScheme}`)
    await page.getByTestId('nav-rollouts').click()
    await expect(page.getByText('25% of devices')).toBeVisible()
    if (colorScheme === 'light') await channel(page)
    await expect(page.getByTestId('channel-row')).toContainText('Pilot wards')
    await look(page, `rollouts-${colorScheme}`)
    await page.getByTestId('channel-change').click()
    await look(page, `channel-${colorScheme}`)
    await page.keyboard.press('Escape')
    await page.getByTestId('nav-monitoring').click()
    await expect(page.getByTestId('monitored')).toContainText('24 assessments')
    await look(page, `monitoring-${colorScheme}`)
    await page.context().close()
  }
})

/** Left with a reason, it waits for nobody any more. */
async function deadLetter(page: Page): Promise<void> {
  await expect(page.getByTestId('dead-letter')).toContainText('The disk is full')
  await page.getByTestId('dead-letter-dismiss').click()
  await page.getByTestId('dead-letter-why').fill('The disk was a trial.')
  await look(page, 'dead-letter')
  await page.getByTestId('dead-letter-submit').click()
  await expect(page.getByTestId('dead-letters')).toHaveCount(0)
}

/** Made for a site, then given another name; it is for whom a release can be. */
async function channel(page: Page): Promise<void> {
  await page.getByTestId('channel-open').click()
  await page.getByTestId('channel-name').fill('Pilot')
  await page.getByTestId('channel-sites').click()
  await page.getByRole('option', { name: 'Ward A' }).click()
  await page.getByTestId('channel-name').press('Enter')
  await expect(page.getByTestId('channel-row')).toHaveCount(1)
  await page.getByTestId('channel-change').click()
  await page.getByTestId('channel-name').fill('Pilot wards')
  await page.getByTestId('channel-save').click()
  await expect(page.getByTestId('channel-row')).toContainText('Pilot wards')
}

/** One is added after its dry run was read, changed, and taken away: with the keyboard where there is something to type. */
async function triggers(page: Page): Promise<void> {
  await page.getByTestId('trigger-add').click()
  await expect(page.getByTestId('dry-run')).toContainText('24 recordings of 24 participants: 12 present, 12 absent.')
  await expect(page.getByTestId('dry-run')).toContainText('one job after another')
  await page.getByTestId('trigger-count').fill('0')
  await expect(page.getByTestId('trigger-submit')).toBeDisabled()
  await page.getByTestId('trigger-count').fill('40')
  await look(page, 'trigger')
  await page.getByTestId('trigger-count').press('Enter')
  await expect(page.getByTestId('trigger-row')).toContainText('After 40 new labels')
  await page.getByTestId('trigger-edit').click()
  await page.getByTestId('trigger-kind').selectOption('schedule')
  await page.getByTestId('trigger-cron').fill('30 2 * * 1')
  await page.getByTestId('trigger-submit').click()
  await expect(page.getByTestId('trigger-row')).toContainText('At 30 2 * * 1 (UTC)')
  await look(page, 'triggers')
  await page.getByTestId('trigger-remove').click()
  await expect(page.getByTestId('triggers')).toContainText('Nothing starts by itself.')
}
