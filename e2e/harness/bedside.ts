import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type BrowserContext, chromium, expect, type Page } from '@playwright/test'

export interface BedsideOptions {
  /** Folder of the browser's profile: reopening it is coming back after a crash. */
  readonly profile: string
  /** WAV that plays as the microphone, looped; null leaves the machine without a microphone. */
  readonly microphone: string | null
  /** Whether the site may use the microphone without asking. Default: it may. `revocable`: it may until the test clears it. */
  readonly permission?: 'granted' | 'denied' | 'revocable'
  readonly locale?: string
  /** Where the browser writes a report when a process of it dies, as it does for those who use it; default: it writes none. */
  readonly crashReports?: string
}

/** The bedside app's browser: real Chromium, a real profile, a WAV as the microphone. */
export async function openBedside({
  profile,
  microphone,
  permission = 'granted',
  locale = 'en-US',
  crashReports,
}: BedsideOptions): Promise<BrowserContext> {
  const permissionFlags = {
    granted: ['--use-fake-ui-for-media-stream'],
    denied: ['--deny-permission-prompts'],
    revocable: [],
  }
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['SPIRA_BROWSER'] || '/usr/bin/chromium',
    locale,
    viewport: { width: 1280, height: 860 },
    ...(crashReports !== undefined && {
      ignoreDefaultArgs: ['--disable-breakpad'],
      env: { ...process.env, BREAKPAD_DUMP_LOCATION: crashReports, CHROME_HEADLESS: '1' },
    }),
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--autoplay-policy=no-user-gesture-required',
      ...(microphone === null
        ? []
        : ['--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}`]),
      ...permissionFlags[permission],
    ],
  })
  if (permission === 'revocable') await context.grantPermissions(['microphone'])
  for (const page of context.pages()) await enterPin(page)
  context.on('page', (page) => void enterPin(page))
  return context
}

/** `kill -9` of every process of the browser with this profile, as a power cut takes it. It can be opened anew afterwards. */
export async function killBrowser(context: BrowserContext, profile: string): Promise<void> {
  const closed = new Promise<void>((resolve) => context.once('close', () => resolve()))
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const commandLine = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')
    if (commandLine.includes(`--user-data-dir=${profile}`)) process.kill(Number(entry), 'SIGKILL')
  }
  await closed
  await rm(join(profile, 'SingletonLock'), { force: true })
}

/** The PIN of every test's device. */
export const PIN = '739 breaths'

/** Chooses the PIN when the app asks for one, and enters it when the app is locked, as a person would; whatever else a test does. */
async function enterPin(page: Page): Promise<void> {
  await page.addLocatorHandler(page.getByTestId('choose-pin'), async () => {
    await page.getByTestId('new-pin').fill(PIN)
    await page.getByTestId('new-pin-again').fill(PIN)
    await page.getByTestId('choose-pin').click()
  })
  await page.addLocatorHandler(page.getByTestId('unlock-pin'), async () => {
    await page.getByTestId('unlock-pin').fill(PIN)
    await page.getByTestId('unlock').click()
  })
}

/** From the worklist to the microphone, before the sentence to be read: pseudonym, consent, vitals. */
export async function beginEncounter(
  page: Page,
  {
    initials = '',
    recordNumber = '',
    operatorCode = 'N-12',
  }: { readonly initials?: string; readonly recordNumber?: string; readonly operatorCode?: string } = {},
): Promise<void> {
  await page.getByTestId('new-encounter').click()
  await page.getByTestId('operator-code').fill(operatorCode)
  if (initials !== '') await page.getByTestId('initials').fill(initials)
  if (recordNumber !== '') await page.getByTestId('record-number').fill(recordNumber)
  await page.getByTestId('next-step').click()
  await page.getByTestId('consent-agree').click()
  await page.getByTestId('field-spo2Percent').fill('96')
  await page.getByTestId('field-heartRatePerMin').fill('82')
  await page.getByTestId('field-respiratoryRatePerMin').fill('18')
  await page.getByTestId('to-microphone').click()
  await page.getByTestId('task-read-sentence').click()
  await expect(page.getByTestId('start-recording')).toBeVisible()
}

/** Records for `seconds` by the app's own clock, and goes on to the result where there is one. */
export async function record(page: Page, seconds: number): Promise<void> {
  await page.getByTestId('start-recording').click()
  await expect
    .poll(async () => secondsShown(await page.getByTestId('elapsed').textContent()), {
      timeout: seconds * 1000 + 60_000,
    })
    .toBeGreaterThanOrEqual(seconds)
  await stopRecording(page)
  await expect(page.getByTestId('result-quality')).toBeVisible({ timeout: 60_000 })
  if ((await page.getByTestId('result-refused').count()) > 0) return
  await page.getByTestId('to-result').click()
  await expect(page.getByTestId('save-encounter')).toBeVisible()
}

/** Saves an encounter without the spoken consent that its protocol expects: asked, it says that the paper is signed. */
export async function saveEncounter(page: Page): Promise<void> {
  await page.getByTestId('save-encounter').click()
  await page.getByTestId('save-unspoken').click()
}

/** In the page itself: on a slow machine a click from outside may take longer than the task lasts. */
export const stopRecording = (page: Page): Promise<void> =>
  page.evaluate(() => document.querySelector<HTMLElement>('[data-testid=stop-recording]')?.click())

/** Starts and stops within half a second: by a script in the page, since the test's own round trips take longer. */
export async function recordBriefly(page: Page, milliseconds: number): Promise<void> {
  await page.evaluate((pause) => {
    const observer = new MutationObserver(() => {
      const stop = document.querySelector<HTMLElement>('[data-testid=stop-recording]')
      if (stop === null) return
      observer.disconnect()
      setTimeout(() => stop.click(), pause)
    })
    observer.observe(document, { childList: true, subtree: true, attributes: true })
  }, milliseconds)
  await page.getByTestId('start-recording').click()
}

/** `0:07` or `0:07.4` as seconds. */
function secondsShown(text: string | null): number {
  const [, minutes = '0', seconds = '0'] = /(\d+):(\d+(?:[.,]\d+)?)/.exec(text ?? '') ?? []
  return Number(minutes) * 60 + Number(seconds.replace(',', '.'))
}
