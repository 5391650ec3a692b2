import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { PIN, beginEncounter, openBedside, record, saveEncounter } from './harness/bedside.ts'
import { speakerWav } from './harness/enrolled.ts'
import { freePort, TestServer } from './harness/server.ts'
import { canariesIn, whereFound } from './harness/whereFound.ts'

/** Whatever is typed at the bedside: where could somebody who holds the disk, the log, a file or a crash report find it again? */

/** Typed where initials, a record number and a staff code are asked. No four letters of one repeat; no package holds them by chance. */
const INITIALS = 'ZQXJ'
/** As JSON would hold them: four letters alone are found by chance in a hundred megabytes of ciphertext. */
const INITIALS_STORED = `"${INITIALS}"`
const RECORD_NUMBER = 'KANARIEN7X90817264'
const STAFF_CODE = 'WQ-5HZ83KVX'

let folder: string
let microphone: string
let server: TestServer

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-leak-'))
  // Run as root, the server runs PostgreSQL as another user, who must be able to enter.
  await chmod(folder, 0o711)
  microphone = await speakerWav(folder)
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})

test.afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('promise 9: what is typed and recorded lies readable nowhere: browser profile, crash report, messages, server, logs, file names, files to carry', async () => {
  test.setTimeout(240_000)
  const [profile, exports] = [await mkdtemp(join(folder, 'profile-')), join(folder, 'exports')]
  await mkdir(exports)
  const crashReports = join(profile, 'crashes')
  let context = await openBedside({ profile, microphone, crashReports })
  const said: string[] = []
  let code = ''
  try {
    let page = await watched(context, said)
    await page.goto(`${server.url}/bedside/#enrol=${server.enrolmentCode('Demo site')}`)
    await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })

    // The app dies while the canaries stand in its forms; what the browser writes then is searched with the profile.
    await page.getByTestId('new-encounter').click()
    await page.getByTestId('initials').fill(INITIALS)
    await page.getByTestId('record-number').fill(RECORD_NUMBER)
    await page.getByTestId('operator-code').fill(STAFF_CODE)
    await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0)
    const crashed = page.waitForEvent('crash')
    await abortRenderers(profile)
    await crashed
    await expect.poll(() => reportsIn(crashReports), { timeout: 20_000 }).toBeGreaterThan(0)
    await context.close()
    context = await openBedside({ profile, microphone, crashReports })
    page = await watched(context, said)
    await page.goto(`${server.url}/bedside/`)
    await expect(page.getByTestId('worklist-row')).toHaveCount(1, { timeout: 60_000 })

    // Another patient, offline from consent to result.
    await server.stop()
    await beginEncounter(page, {
      initials: INITIALS,
      recordNumber: `${RECORD_NUMBER}-2`,
      operatorCode: STAFF_CODE,
    })
    await record(page, 3)
    await expect(page.getByTestId('save-encounter')).toBeVisible({ timeout: 60_000 })
    code = ((await page.locator('body').textContent()) ?? '').match(/P.[0-9A-HJKMNP-TV-Z]{5}/)?.[0] ?? ''
    code = code.replace('\u2011', '-')
    await saveEncounter(page)
    await expect(page.getByTestId('sync-state').first()).toContainText(/waiting|offline/i)

    // A failure that a person sees: there is no server to ask, and the sentence names nobody.
    await page.getByTestId('sync-state').first().click()
    await page.getByTestId('send-now').click()
    await expect(page.getByTestId('sync-phase')).toContainText(/cannot be reached/i, { timeout: 60_000 })
    said.push((await page.locator('main').textContent()) ?? '')

    // What leaves on a stick, and what a helper is sent.
    await download(page, exports, () => page.getByTestId('carry-export').click())
    await page.goto(`${server.url}/bedside/about`)
    await download(page, exports, () => page.getByTestId('save-diagnostics').click())

    await server.start()
    await page.goto(`${server.url}/bedside/sync`)
    await page.getByTestId('send-now').click()
    await expect(page.getByTestId('sync-phase')).toContainText(/has everything/i, { timeout: 60_000 })
    said.push(await refused(server.url))
  } finally {
    await context.close()
  }
  expect(code).toMatch(/^P-/)
  expect((await readdir(exports)).length).toBe(2)

  // With the browser closed everything it will ever write is on the disk.
  const ofPatient = [INITIALS_STORED, RECORD_NUMBER, PIN]
  expect(await whereFound(profile, [...ofPatient, STAFF_CODE, code])).toEqual([])
  expect(await whereFound(exports, [...ofPatient, STAFF_CODE, code])).toEqual([])
  // The server holds staff code and pseudonym, and what identifies the patient it never gets.
  await server.stop()
  expect(await whereFound(server.data, ofPatient)).toEqual([])
  const log = Buffer.from(server.output.join('\n'))
  expect(canariesIn(log, [...ofPatient, STAFF_CODE, code])).toEqual([])
  expect(canariesIn(Buffer.from(said.join('\n')), [...ofPatient, STAFF_CODE])).toEqual([])
})

test('the search finds what is there: UTF-8, UTF-16, base64, packed, and in a file’s name', async () => {
  const planted = await mkdtemp(join(folder, 'planted-'))
  const text = `{"initials":${INITIALS_STORED},"record":"${RECORD_NUMBER}"}`
  await writeFile(join(planted, 'utf8.log'), text)
  await writeFile(join(planted, 'utf16le.ldb'), Buffer.concat([Buffer.from([1]), Buffer.from(text, 'utf16le')]))
  await writeFile(join(planted, 'utf16be.ldb'), Buffer.from(text, 'utf16le').swap16())
  await writeFile(join(planted, 'base64.json'), Buffer.from(text).toString('base64'))
  await writeFile(join(planted, 'packed.bin'), Buffer.concat([Buffer.alloc(999, 7), gzipSync(text)]))
  await writeFile(join(planted, `${RECORD_NUMBER}.wav`), '')
  const found = await whereFound(planted, [RECORD_NUMBER])
  expect([...new Set(found.map((line) => line.replace(/:.*/, '')))].sort()).toEqual([
    `/${RECORD_NUMBER}.wav`,
    '/base64.json',
    '/packed.bin',
    '/utf16be.ldb',
    '/utf16le.ldb',
    '/utf8.log',
  ])
})

/** A page whose console, errors and titles are kept. */
async function watched(context: BrowserContext, said: string[]): Promise<Page> {
  const page = context.pages().find((open) => open.url() === 'about:blank') ?? (await context.newPage())
  page.on('console', (message) => said.push(message.text()))
  page.on('pageerror', (error) => said.push(String(error.stack)))
  page.on('framenavigated', (frame) => said.push(frame.url()))
  return page
}

async function download(page: Page, to: string, start: () => Promise<void>): Promise<void> {
  const [file] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), start()])
  await file.saveAs(join(to, file.suggestedFilename()))
}

/** What the server answers to a request that names somebody and is refused. */
async function refused(url: string): Promise<string> {
  const response = await fetch(`${url}/api/device/v1/events?record=${RECORD_NUMBER}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${RECORD_NUMBER}` },
    body: JSON.stringify({ initials: INITIALS, recordNumber: RECORD_NUMBER }),
  })
  return response.text()
}

/** Ends the page's processes as a failed assertion in the browser does. */
async function abortRenderers(profile: string): Promise<void> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const commandLine = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')
    const isPage = commandLine.includes('--type=renderer') && !commandLine.includes('--top-chrome-webui')
    if (isPage && commandLine.includes(`--user-data-dir=${profile}`)) process.kill(Number(entry), 'SIGABRT')
  }
}

async function reportsIn(crashes: string): Promise<number> {
  const names = await readdir(crashes, { recursive: true })
  return names.filter((name) => name.endsWith('.dmp')).length
}
