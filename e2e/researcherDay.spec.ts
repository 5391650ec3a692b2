import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { type Browser, chromium, expect, test } from '@playwright/test'
import { invitationSchema } from '@spira/shared/protocol/accountsApi.ts'
import { recordingDetailSchema, recordingsReplySchema } from '@spira/shared/protocol/recordingsApi.ts'
import { expectAccessible } from './harness/axe.ts'
import { choose, press, tabTo, typeInto, watchForPointer } from './harness/keyboard.ts'
import { freePort, TestServer } from './harness/server.ts'

/** A researcher's day at the console, by keyboard alone: filter, listen, curate, cohort, freeze, export. */

const unzip = (...args: string[]): Buffer => spawnSync('unzip', args, { maxBuffer: 64 * 1024 * 1024 }).stdout
const PICTURES = process.env['SPIRA_PICTURES']
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
  const byKeyboardAlone = await watchForPointer(page)
  await page.goto(`${server.url}/console/`)
  await typeInto(page, 'sign-in-username', 'admin')
  await typeInto(page, 'sign-in-password', server.oneTimePassword)
  await page.keyboard.press('Enter')
  await typeInto(page, 'new-password', 'a phrase for the research')
  await typeInto(page, 'new-password-again', 'a phrase for the research')
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
    await press(page, 'saved-filters')
    await choose(page, 'save-filter')
    await expect(page.getByTestId('save-filter-name')).toBeFocused()
    await page.keyboard.type('With the condition')
    await page.keyboard.press('Enter')
    await expect(page.getByTestId('save-filter-name')).toBeHidden()
    await press(page, 'filters-clear')
    await expect(page.getByTestId('recordings-count')).toHaveText('12 recordings')
    await press(page, 'saved-filters')
    await choose(page, 'saved-filter')
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
    const view = page.getByTestId('sound-view')
    const position = view.locator('input[type=range]')
    const seconds = async (): Promise<number> => Number(await position.inputValue())
    const play = page.getByTestId('sound-play')
    await page.keyboard.press('Space')
    await expect.poll(seconds, { timeout: 15_000 }).toBeGreaterThan(0.2)
    await page.keyboard.press('Space')
    await expect(play).toHaveAttribute('aria-label', /^Play/)
    for (let back = 0; back < 5; back += 1) await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('[')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press(']')
    await expect(page.getByTestId('sound-selection')).toContainText('(1.00 s)')

    // The loop comes back to its beginning; without it the sound goes on behind its end.
    await page.keyboard.press('Space')
    const heard: number[] = []
    await expect
      .poll(async () => {
        heard.push(await seconds())
        return heard.some((moment, at) => moment < (heard[at - 1] ?? 0))
      })
      .toBe(true)
    expect(Math.max(...heard)).toBeLessThan(1.1)
    await page.keyboard.press('l')
    await expect.poll(seconds).toBeGreaterThan(1.1)
    await page.keyboard.press('Space')
    await expect(play).toHaveAttribute('aria-label', /^Play/)
    await page.keyboard.press('l')

    const picture = () => view.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())
    const whole = await picture()
    await page.keyboard.press('+')
    await expect.poll(picture).not.toBe(whole)
    await page.keyboard.press('0')
    await expect.poll(picture).toBe(whole)
    // A button that has the focus is pressed by Space; nothing plays.
    await tabTo(page, 'sound-zoom-in')
    await page.keyboard.press('Space')
    await expect.poll(picture).not.toBe(whole)
    await expect(play).toHaveAttribute('aria-label', /^Play/)
    await page.keyboard.press('-')
    await expect.poll(picture).toBe(whole)
    // The day, not the minute; the site, not the machine.
    await expect(page.getByTestId('recording-details')).not.toContainText(/\d:\d\d\s?[AP]M/)
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

  await test.step('curate: every part has a key, also while a control has the focus, and is there again', async () => {
    const panel = page.getByTestId('curation-panel')
    const marks = panel.locator('li[data-kind=usable]')
    await page.keyboard.press('u')
    await expect(marks).toHaveCount(1)
    await page.keyboard.press('x')
    await expect(marks).toHaveCount(0)
    await page.keyboard.press('[')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press(']')
    await page.keyboard.press('u')
    await expect(marks).toHaveCount(1)
    await page.keyboard.press('2')
    await tabTo(page, 'curation-noise')
    await page.keyboard.press('v')
    await page.keyboard.press('t')
    await page.keyboard.type('o amor ao próximo')
    await page.keyboard.press('Escape')
    await page.keyboard.press('a')
    await expect(page.getByTestId('curation-own')).toContainText('You approved it')
    await page.reload()
    await expect(page.getByTestId('curation-own')).toContainText('You approved it')
    await expect(panel.getByRole('radio', { name: '2' })).toBeChecked()
    await expect(panel.getByRole('checkbox')).toBeChecked()
    await expect(page.getByTestId('curation-transcription')).toHaveValue('o amor ao próximo')
    await expect(marks).toHaveCount(1)
  })

  await test.step('the queue: judged by ear alone, a rejection says why, what is put aside is remembered', async () => {
    await press(page, 'nav-curation')
    const waiting = page.getByTestId('curation-waiting')
    await expect(waiting).toContainText('11 wait')
    await expect(page.getByTestId('curation-panel')).toBeVisible()
    await expect(page.getByTestId('recording-details')).not.toContainText(
      /P-[0-9A-Z]{5}|Present|Absent|Score on|clinic|\d %/,
    )
    await page.keyboard.press('4')
    await page.keyboard.press('r')
    await expect(page.getByTestId('curation-reasons')).toBeVisible()
    await expectAccessible(page, 'curation')
    await page.keyboard.press('Escape')
    await expect(page.getByTestId('curation-reasons')).toBeHidden()
    await page.keyboard.press('r')
    await page.keyboard.press('1')
    await expect(waiting).toContainText('10 wait')
    for (const asides of [1, 2]) {
      const asked = page.waitForRequest(
        (request) => new URL(request.url()).searchParams.getAll('skip').length === asides,
      )
      await expect(page.getByTestId('curation-panel')).toBeVisible()
      await page.keyboard.press('s')
      await asked
    }
    await page.keyboard.press('q')
    await expect(page.getByTestId('curation-order')).toHaveValue('uncertain')
    await page.keyboard.press('d')
    await expect(page.getByText('Nothing waits for you')).toBeVisible()
    await page.keyboard.press('d')
    await expect(waiting).toContainText('10 wait')
    await tabTo(page, 'curation-queue-tab')
    await page.keyboard.press('ArrowRight')
    await expect(page.getByTestId('agreement')).toContainText('2 recordings: 1 approved, 1 rejected')
  })

  await test.step('cohort: a rule, what it takes, and the version it freezes into', async () => {
    await press(page, 'nav-cohort')
    await expect(page.getByTestId('flow')).toContainText('11 recordings')
    await tabTo(page, 'rule-field')
    await page.keyboard.type('Age')
    await typeInto(page, 'rule-from', '30')
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
    await press(page, 'export-start')
    await expect(page.getByTestId('export-download')).toBeVisible({ timeout: 60_000 })
    const download = page.waitForEvent('download')
    await press(page, 'export-download')
    const archive = join(data, 'export.zip')
    await (await download).saveAs(archive)
    expect(unzip('-t', archive).toString()).toContain('No errors detected')
    // A row of it, read as any tool would, says what the server says of the same sound.
    const [head = '', line = ''] = unzip('-p', archive, 'train/metadata.csv').toString().split('\r\n')
    const cells = line.split(',')
    const row = Object.fromEntries(head.split(',').map((name, column) => [name, cells[column] ?? '']))
    const sound = unzip('-p', archive, `train/${row['file_name']}`)
    const hash = createHash('sha256').update(sound).digest('hex')
    const api = `${server.url}/api/console/v1/recordings`
    const { items } = recordingsReplySchema.parse(await (await page.request.get(api)).json())
    const details = await Promise.all(
      items.map(async ({ id }) => recordingDetailSchema.parse(await (await page.request.get(`${api}/${id}`)).json())),
    )
    const same = details.find(({ sha256 }) => sha256 === hash)
    expect(same).toBeDefined()
    await byKeyboardAlone()
    expect([row['label'], row['task'], row['age_years']]).toEqual([
      same?.label === 'present' ? '1' : '0',
      same?.task,
      String(same?.ageYears),
    ])
  })

  await test.step('an annotator finds the same recordings, and nothing of how they were judged', async () => {
    const invited = await page.request.post(`${server.url}/api/console/v1/accounts`, {
      headers: { 'x-spira-console': '1' },
      data: { username: 'bia', role: 'annotator' },
    })
    const { path } = invitationSchema.parse(await invited.json())
    const other = await browser.newContext({ locale: 'en-US', viewport: { width: 1920, height: 1080 } })
    const bia = await other.newPage()
    await bia.goto(`${server.url}${path}`)
    await typeInto(bia, 'invitation-password', 'a phrase of Bia alone')
    await typeInto(bia, 'invitation-password-again', 'a phrase of Bia alone')
    await bia.keyboard.press('Enter')
    await expect(bia.getByTestId('recording-row')).toHaveCount(12)
    await expect(bia.getByTestId('hidden-while-annotating')).toBeVisible()
    // An address that a researcher passed on.
    await bia.goto(`${server.url}/console/recordings?label=present&scoreFrom=0.5&sort=disagreement`)
    await expect(bia.getByTestId('recordings-count')).toHaveText('12 recordings')
    await expect(bia.getByTestId('facet-task-read-sentence')).toBeVisible()
    await expect(bia.getByTestId('facet-label-present')).toHaveCount(0)
    await expect(bia.getByTestId('histogram-score')).toHaveCount(0)
    await expect(bia.getByRole('columnheader')).toHaveText([
      'Participant',
      'Recorded',
      'Site, device',
      'Task',
      'Quality',
    ])
    await expectAccessible(bia, 'explorer of an annotator')
    if (PICTURES !== undefined) await bia.screenshot({ path: join(PICTURES, 'annotator-explorer.png') })
    await press(bia, 'recording-row')
    await expect(bia.getByTestId('curation-panel')).toBeVisible()
    await expect(bia.getByTestId('recording-details')).not.toContainText(/Present|Absent|Score on|SpO|You approved/)
    if (PICTURES !== undefined)
      await bia.screenshot({ path: join(PICTURES, 'annotator-listening.png'), fullPage: true })
    await other.close()
  })
})
