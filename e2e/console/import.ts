import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, expect, type Page, test } from '@playwright/test'
import { expectAccessible } from '../harness/axe.ts'
import { press, tabTo } from '../harness/keyboard.ts'
import { type ConsoleBed, startConsoleBed } from '../harness/consoleBed.ts'
import type { TestServer } from '../harness/server.ts'
import { signInAsAdmin } from '../harness/signInAsAdmin.ts'

/** Recordings of another hospital as a researcher brings them: files, the meaning of the columns, the report, filed and undone. */

const PICTURES = process.env['SPIRA_PICTURES']
let bed: ConsoleBed | undefined
let server: TestServer
let browser: Browser

test.beforeAll(async () => {
  bed = await startConsoleBed('import')
  ;({ server, browser } = bed)
})
test.afterAll(() => bed?.stop())

const picture = async (page: Page, name: string): Promise<void> => {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}
const tone = (kind: string): Promise<Buffer> =>
  readFile(join(import.meta.dirname, '../../training-server/imports/fixtures', `tone.${kind}`))
const list = (second: string) =>
  Buffer.from(`file,participant,class,age,sex\na.flac,Maria,1,61,F\nb.mp3,Jo,0,${second},M\n`)

test('recordings of another hospital: a folder with a list is mapped, its errors read, mended, filed and undone', async () => {
  const page = await (await browser.newContext({ locale: 'en-US', viewport: { width: 1600, height: 1000 } })).newPage()
  await signInAsAdmin(page, server)
  await press(page, 'nav-imports')
  await press(page, 'import-open')
  await page.keyboard.type('Second hospital')
  await page.keyboard.press('Enter')
  await page.getByTestId('import-files').setInputFiles([
    { name: 'a.flac', mimeType: 'audio/flac', buffer: await tone('flac') },
    { name: 'b.mp3', mimeType: 'audio/mpeg', buffer: await tone('mp3') },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('not a sound') },
    { name: 'list.csv', mimeType: 'text/csv', buffer: list('old') },
  ])
  await expect(page.getByTestId('import-facts')).toContainText('Of the CSV', { timeout: 20_000 })
  await expect(page.getByText('is not WAV, FLAC, MP3 or Ogg')).toBeVisible()
  await expect(page.getByTestId('import-column-label')).toHaveValue('class')
  await tabTo(page, 'import-site')
  await page.keyboard.type('South Hospital')
  await tabTo(page, 'import-consent')
  await page.keyboard.type('CAAE 1234')
  await expectAccessible(page, 'import')
  await picture(page, 'import-mapping')
  await press(page, 'import-check')
  await expect(page.getByTestId('import-finding').filter({ hasText: '“old” is no age' })).toBeVisible()
  await expect(page.getByTestId('import-file')).toBeDisabled()
  await picture(page, 'import-errors')

  await page.getByTestId('import-files').setInputFiles([{ name: 'list.csv', mimeType: 'text/csv', buffer: list('70') }])
  await expect(page.getByTestId('import-bring')).toBeEnabled()
  await press(page, 'import-check')
  await expect(page.getByTestId('import-verdict')).toContainText('Every row can be filed')
  await expectAccessible(page, 'import report')
  await press(page, 'import-file')
  await expect(page.getByTestId('import-row')).toContainText('2 recordings of 2 participants')
  await press(page, 'nav-recordings')
  await expect(page.getByTestId('recording-row')).toHaveCount(2)
  await press(page, 'nav-imports')
  await press(page, 'import-leave-open')
  await press(page, 'import-leave')
  await expect(page.getByTestId('import-row')).toContainText('Undone')
  await press(page, 'nav-recordings')
  await expect(page.getByTestId('recording-row')).toHaveCount(0)
})
