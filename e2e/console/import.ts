import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { expectAccessible } from '../harness/axe.ts'
import { press, tabTo } from '../harness/keyboard.ts'
import { type ConsoleBed, startConsoleBed } from '../harness/consoleBed.ts'
import type { TestServer } from '../harness/server.ts'
import { signInAsAdmin } from '../harness/signInAsAdmin.ts'

/** Recordings of another hospital as a researcher brings them: files, the meaning of the columns, the report, filed and undone. */

const PICTURES = process.env['SPIRA_PICTURES']
let bed: ConsoleBed | undefined
let server: TestServer
let signedIn: BrowserContext

test.beforeAll(async () => {
  bed = await startConsoleBed('import')
  server = bed.server
  signedIn = await bed.browser.newContext({ locale: 'en-US', viewport: { width: 1920, height: 1080 } })
  const page = await signedIn.newPage()
  await signInAsAdmin(page, server)
  await expect(page.getByTestId('nav-imports')).toBeVisible()
  await page.close()
})
test.afterAll(() => bed?.stop())

const picture = async (page: Page, name: string): Promise<void> => {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}
/** A new import of that name, its page open. */
async function begun(name: string): Promise<Page> {
  const page = await signedIn.newPage()
  await page.goto(`${server.url}/console/imports`)
  await press(page, 'import-open')
  await expect(page.getByTestId('import-name')).toBeFocused()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('import-bring')).toBeVisible()
  return page
}

const tone = (kind: string): Promise<Buffer> =>
  readFile(join(import.meta.dirname, '../../training-server/imports/fixtures', `tone.${kind}`))
const list = (second: string) =>
  Buffer.from(`file,participant,class,age,sex\na.flac,Maria,1,61,F\nb.mp3,Jo,0,${second},M\n`)

test('recordings of another hospital: a folder with a list is mapped, its errors read, mended, filed and undone', async () => {
  const page = await begun('Second hospital')
  await page.getByTestId('import-files').setInputFiles([
    { name: 'a.flac', mimeType: 'audio/flac', buffer: await tone('flac') },
    { name: 'b.mp3', mimeType: 'audio/mpeg', buffer: await tone('mp3') },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('not a sound') },
    { name: 'list.csv', mimeType: 'text/csv', buffer: list('old') },
  ])
  await expect(page.getByTestId('import-facts')).toContainText('Of the CSV', { timeout: 90_000 })
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

test('a folder chosen in the browser, without a list: its folders say the class, its files who spoke', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spira-import-'))
  try {
    // As a study lies on a disk: a folder a class, a file a person, and what a file manager leaves behind.
    for (const [place, kind] of [
      ['patients/Maria', 'flac'],
      ['patients/João', 'mp3'],
      ['controls/Ana', 'ogg'],
    ] as const) {
      await mkdir(join(folder, 'study', place, '..'), { recursive: true })
      await writeFile(join(folder, 'study', `${place}.${kind}`), await tone(kind))
    }
    await writeFile(join(folder, 'study/.DS_Store'), 'left by a file manager')
    const page = await begun('Third hospital')
    // The button opens the browser's own choice of a folder, and the folder is chosen in it.
    const asked = page.waitForEvent('filechooser')
    await press(page, 'import-bring-folder')
    const chooser = await asked
    await chooser.setFiles(join(folder, 'study'))
    await expect(page.getByTestId('import-facts')).toContainText('Of the folder', { timeout: 90_000 })
    await expect(page.getByTestId('import-facts').locator('dd').first()).toHaveText('3')
    await expect(page.getByTestId('import-column-label')).toHaveValue('folder')
    await expect(page.getByTestId('import-column-participant')).toHaveValue('name')
    await tabTo(page, 'import-site')
    await page.keyboard.type('East Hospital')
    await tabTo(page, 'import-consent')
    await page.keyboard.type('CAAE 5678')
    await expectAccessible(page, 'import of a folder')
    await picture(page, 'import-folder')
    await press(page, 'import-check')
    await expect(page.getByTestId('import-verdict')).toContainText('Every row can be filed')
    await press(page, 'import-file')
    await expect(page.getByTestId('import-row').first()).toContainText('3 recordings of 3 participants')
    await press(page, 'nav-recordings')
    await expect(page.getByTestId('recording-row')).toHaveCount(3)
    await page.getByTestId('facet-label-present').click()
    await expect(page.getByTestId('recording-row')).toHaveCount(2)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
