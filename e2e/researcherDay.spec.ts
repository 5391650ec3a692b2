import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { type Browser, chromium, expect, test } from '@playwright/test'
import { expectAccessible } from './harness/axe.ts'
import { press, tabTo } from './harness/keyboard.ts'
import { freePort, TestServer } from './harness/server.ts'

/** A researcher's day at the console, by keyboard alone: filter, listen, curate, cohort, freeze, export. */

const data = mkdtempSync(join(tmpdir(), 'spira-day-'))
let server: TestServer
let browser: Browser

test.beforeAll(async () => {
  server = new TestServer(data, await freePort())
  await server.start()
  const code = server.enrolmentCode('Simulated clinic', '--simulated')
  const fleet = [
    'apps/simulator/cli.ts',
    'fleet',
    '--server',
    server.url,
    '--enrolment-code',
    code,
    '--encounters',
    '12',
  ]
  const { status, stderr } = spawnSync(process.execPath, [...fleet, '--seed', '3'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  browser = await chromium.launch({
    executablePath: process.env['SPIRA_BROWSER'] || '/usr/bin/chromium',
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
  })
})
test.afterAll(async () => {
  await browser.close()
  await server.stop()
  rmSync(data, { recursive: true, force: true })
})

test.setTimeout(360_000)
test('filter, listen, curate, cohort, freeze and export, by keyboard', async () => {
  const page = await (await browser.newContext({ locale: 'en-US', viewport: { width: 1920, height: 1080 } })).newPage()
  await page.goto(`${server.url}/console/`)
  await page.getByTestId('sign-in-username').focus()
  await page.keyboard.type('admin')
  await page.keyboard.press('Tab')
  await page.keyboard.type(server.oneTimePassword)
  await page.keyboard.press('Enter')
  await page.getByTestId('new-password').focus()
  await page.keyboard.type('a phrase for the research')
  await page.getByTestId('new-password-again').focus()
  await page.keyboard.type('a phrase for the research')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('recording-row')).toHaveCount(12)

  await test.step('filter: a facet by the space bar; the address holds it, and a saved filter brings it back', async () => {
    await tabTo(page, 'facet-label-present')
    await page.keyboard.press('Space')
    await expect(page).toHaveURL(/label=present/)
    await expect(page.getByTestId('recordings-count')).toHaveText('6 recordings')
    await expectAccessible(page, 'explorer')
    await page.reload()
    await expect(page.getByTestId('recordings-count')).toHaveText('6 recordings')
    await tabTo(page, 'saved-filters')
    await page.keyboard.press('Enter')
    await page.getByTestId('save-filter').focus()
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('save-filter-name')).toBeFocused()
    await page.keyboard.type('With the condition')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('save-filter-name')).toBeHidden()
    await page.goto(`${server.url}/console/recordings`)
    await expect(page.getByTestId('recordings-count')).toHaveText('12 recordings')
    await tabTo(page, 'saved-filters')
    await page.keyboard.press('Enter')
    await page.getByTestId('saved-filter').focus()
    await page.keyboard.press('Enter')
    await expect(page).toHaveURL(/label=present/)
    await expect(page.getByTestId('recording-row')).toHaveCount(6)
  })

  await test.step('filter: by the day, and by how far label and score are apart; a chip takes each away', async () => {
    await press(page, 'filters-clear')
    await expect(page.getByTestId('recordings-count')).toHaveText('12 recordings')
    await tabTo(page, 'day-to')
    await page.keyboard.type('01312001')
    await expect(page).toHaveURL(/dayTo=2001-01-31/)
    await expect(page.getByTestId('recordings-count')).toHaveText('0 recordings')
    await tabTo(page, 'filter-chips')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('recordings-count')).toHaveText('12 recordings')
    await expect(page.getByTestId('day-to')).toHaveValue('')
    await tabTo(page, 'histogram-disagreement')
    for (let steps = 0; steps < 10; steps += 1) await page.keyboard.press('ArrowRight')
    await expect(page).toHaveURL(/disagreementFrom=0\.5/)
    await expect(page.getByTestId('filter-chips')).toContainText('Label and score apart: 50% to 100%')
    await press(page, 'filters-clear')
    await tabTo(page, 'facet-label-present')
    await page.keyboard.press('Space')
    await expect(page.getByTestId('recording-row')).toHaveCount(6)
  })

  await test.step('listen: arrow keys go from row to row, Enter opens; play, select, zoom by keys', async () => {
    await tabTo(page, 'recording-row')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(await page.evaluate(() => document.activeElement?.closest('tr')?.getAttribute('data-index'))).toBe('2')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('sound-selection')).toBeVisible({ timeout: 30_000 })
    const position = page.getByTestId('sound-view').locator('input[type=range]')
    await page.locator('body').press('Space')
    await expect.poll(async () => Number(await position.inputValue()), { timeout: 15_000 }).toBeGreaterThan(0.2)
    await page.keyboard.press('Space')
    await expect(page.getByTestId('sound-play')).toHaveAttribute('aria-label', /^Play/)
    await page.keyboard.press('[')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press(']')
    await expect(page.getByTestId('sound-selection')).toContainText('(1.00 s)')
    await page.keyboard.press('Equal')
    await expectAccessible(page, 'listening')
    // What is painted is the recording's own sound: the spectrogram has dark and light.
    const shades = await page
      .getByTestId('sound-view')
      .locator('canvas')
      .evaluate((canvas) => {
        if (!(canvas instanceof HTMLCanvasElement)) throw new TypeError('no canvas')
        const pixels = canvas.getContext('2d')?.getImageData(120, 110, canvas.width - 130, 170).data ?? []
        return new Set(Array.from({ length: pixels.length / 4 }, (_, index) => pixels[4 * index])).size
      })
    expect(shades).toBeGreaterThan(60)
  })

  await test.step('curate: every part has a key; the queue goes on by itself', async () => {
    await page.keyboard.press('u')
    await page.keyboard.press('2')
    await page.keyboard.press('v')
    await page.keyboard.press('a')
    await expect(page.getByTestId('curation-own')).toContainText('You approved it')
    await page.goto(`${server.url}/console/curation`)
    await expect(page.getByTestId('curation-waiting')).toContainText('11 wait')
    await expect(page.getByTestId('curation-panel')).toBeVisible()
    await page.keyboard.press('4')
    await page.keyboard.press('r')
    await expect(page.getByTestId('curation-waiting')).toContainText('10 wait')
    await page.keyboard.press('s')
    await expectAccessible(page, 'curation')
    await tabTo(page, 'curation-queue-tab')
    await page.keyboard.press('ArrowRight')
    await expect(page.getByTestId('agreement')).toContainText('2 recordings: 1 approved, 1 rejected')
  })

  await test.step('cohort: a rule, what it takes, and the version it freezes into', async () => {
    await page.goto(`${server.url}/console/cohort`)
    await expect(page.getByTestId('flow')).toContainText('11 recordings')
    await page.getByTestId('rule-field').focus()
    await page.keyboard.type('Age')
    await page.getByTestId('rule-from').focus()
    await page.keyboard.type('30')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('cohort-rule')).toHaveCount(1)
    await expect(page.getByTestId('confounders').locator('tbody tr')).toHaveCount(5)
    await expectAccessible(page, 'cohort')
    await tabTo(page, 'cohort-freeze')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('freeze-name')).toBeFocused()
    await page.keyboard.type('Adults from 30')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('dataset-row')).toHaveCount(1)
  })

  await test.step('export: the dry run first, then the archive', async () => {
    await tabTo(page, 'dataset-export')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('export-start')).toBeEnabled()
    await page.getByTestId('export-start').focus()
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('export-download')).toBeVisible({ timeout: 60_000 })
    const download = page.waitForEvent('download')
    await page.getByTestId('export-download').focus()
    await page.keyboard.press('Enter')
    const archive = join(data, 'export.zip')
    await (await download).saveAs(archive)
    expect(spawnSync('unzip', ['-t', archive], { encoding: 'utf8' }).stdout).toContain('No errors detected')
  })
})
