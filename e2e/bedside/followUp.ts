import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import en from '../../renderer/app/languages/en.json' with { type: 'json' }
import { expectAccessible } from '../harness/axe.ts'
import { beginEncounter, record, saveEncounter } from '../harness/bedside.ts'
import { openEnrolled, speakerWav } from '../harness/enrolled.ts'
import { freePort, TestServer } from '../harness/server.ts'

let folder: string
let server: TestServer

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-follow-'))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})
test.afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('days later: two encounters on one chart, a second label beside the first, what was begun of it kept, the worklist by its states', async () => {
  test.setTimeout(600_000)
  const { context, page } = await openEnrolled(server, { folder, microphone: await speakerWav(folder) })
  const home = `${server.url}/bedside/`
  const shown = (filter: string) => page.getByTestId(`filter-${filter}`).locator('..')
  try {
    await test.step('the first encounter: without the spoken consent it asks before it saves', async () => {
      await beginEncounter(page, { initials: 'MS' })
      await record(page, 9)
      await page.getByTestId('save-encounter').click()
      await expect(page.getByTestId('save-unspoken')).toBeVisible()
      await expectAccessible(page, 'the spoken consent is missing')
      // Enter goes back: nothing is saved by mistake.
      await page.keyboard.press('Enter')
      await expect(page.getByTestId('save-unspoken')).toHaveCount(0)
      await expect(page.getByTestId('missing-tasks')).toBeVisible()
      await saveEncounter(page)
      await expect(page.getByTestId('save-label')).toBeVisible()
    })

    await test.step('promise 1: a label half typed is there after a reload, and given it stays in the history', async () => {
      await page.getByTestId('label-present').check()
      await page.getByTestId('label-cause').pressSequentially('pneum')
      await expect(page.getByTestId('label-begun')).toBeVisible()
      await page.reload()
      await expect(page.getByTestId('label-cause')).toHaveValue('pneum', { timeout: 60_000 })
      await expect(page.getByTestId('label-present')).toBeChecked()
      await expect(page.getByTestId('label-entry')).toHaveCount(0)
      await page.getByTestId('save-label').click()
      await expect(page.getByTestId('label-how')).toBeFocused()
      await page.getByTestId('label-how').selectOption('clinical')
      await page.getByTestId('label-cause').fill('pneumonia')
      await page.getByTestId('label-when').fill('2026-11-20')
      await page.getByTestId('label-by').fill('M-4')
      await page.getByTestId('save-label').click()
      await expect(page.getByTestId('label-entry')).toHaveCount(1)
      await expect(page.getByTestId('label-begun')).toHaveCount(0)
      await page.getByTestId('label-absent').check()
      await page.getByTestId('label-how').selectOption('blood-gas')
      await page.getByTestId('save-label').click()
      await expect(page.getByTestId('label-entry')).toHaveCount(2)
      const [counts, earlier] = await page.getByTestId('label-entry').allTextContents()
      expect(counts).toMatch(/absent.*counts/i)
      expect(counts).toContain('N-12')
      expect(earlier).toMatch(/present.*pneumonia.*11\/20\/26.*M-4/i)
      await expectAccessible(page, 'two labels')
    })

    await test.step('the second encounter of the same patient, offline: both lie on one chart', async () => {
      await page.getByTestId('back-to-worklist').click()
      await expect(page.getByTestId('sync-state').first()).toContainText('All synced', { timeout: 60_000 })
      await server.stop()
      await page.getByTestId('open-participant').click()
      await expect(page.locator('figure')).toHaveCount(3)
      await expect(page.locator('figure').nth(1)).toContainText('96 %')
      await page.getByTestId('repeat-encounter').click()
      await expect(page.getByTestId('initials')).toHaveValue('MS')
      await page.getByTestId('next-step').click()
      await page.getByTestId('consent-agree').click()
      await page.getByTestId('field-spo2Percent').fill('91')
      await page.getByTestId('field-respiratoryRatePerMin').fill('27')
      await page.getByTestId('to-microphone').click()
      await page.getByTestId('task-read-sentence').click()
      await record(page, 9)
      await saveEncounter(page)
      await page.getByTestId('back-to-worklist').click()
      await page.getByTestId('open-participant').first().click()
      const charts = page.locator('figure')
      // Score, oxygen saturation, respiratory rate: two points each, drawn and listed for who does not see; long takes with their interval.
      for (const at of [0, 1, 2]) {
        await expect(charts.nth(at).locator('circle')).toHaveCount(2)
        await expect(charts.nth(at).locator('li')).toHaveCount(2)
      }
      for (const visit of [0, 1])
        await expect(charts.nth(0).locator('li').nth(visit)).toHaveText(/\d+%.*\(\d+% – \d+%\)/)
      await expect(charts.nth(1)).toContainText('91 %')
      await expect(charts.nth(2)).toContainText('27/min')
      await expectAccessible(page, 'a chart of two encounters')
    })

    await test.step('the worklist by state', async () => {
      await page.goto(home)
      await expect(page.getByTestId('worklist-row')).toHaveCount(2, { timeout: 60_000 })
      await page.getByTestId('new-encounter').click()
      await page.getByTestId('initials').fill('ZQ')
      await page.waitForTimeout(300)
      await page.goto(home)
      await expect(page.getByTestId('worklist-row')).toHaveCount(3, { timeout: 60_000 })
      const rows = { all: 3, draft: 1, complete: 2, labelMissing: 1, waiting: 1, synced: 1 }
      for (const [filter, count] of Object.entries(rows)) {
        await shown(filter).click()
        await expect(page.getByTestId('worklist-row')).toHaveCount(count)
        await expect(shown(filter)).toContainText(String(count))
      }
      await shown('all').click()
      const uncertain = await page.getByTestId('worklist-row').filter({ hasText: en['worklist.uncertain'] }).count()
      await shown('uncertain').click()
      await expect(page.getByTestId('worklist-row')).toHaveCount(uncertain)
      await expect(shown('uncertain')).toContainText(String(uncertain))
      await shown('all').click()
      await search(page, 'zq', 1)
      await search(page, 'nobody', 0)
      await search(page, '', 3)
    })

    await test.step('the server is back: what waited is synced', async () => {
      await server.start()
      await shown('synced').click()
      await expect(page.getByTestId('worklist-row')).toHaveCount(2, { timeout: 120_000 })
    })
  } finally {
    await context.close()
  }
})

async function search(page: Page, typed: string, found: number): Promise<void> {
  await page.getByTestId('worklist-search').fill(typed)
  await expect(page.getByTestId('worklist-row')).toHaveCount(found)
}
