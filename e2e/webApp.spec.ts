import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, expect, type Page, test } from '@playwright/test'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import ptBR from '../renderer/app/languages/pt-BR.json' with { type: 'json' }
import { simulateSpeaker } from '../apps/simulator/voice/simulateSpeaker.ts'
import { expectAccessible, expectTouchable } from './harness/axe.ts'
import { beginEncounter, openBedside, record } from './harness/bedside.ts'
import { NewerBuild } from './harness/newerBuild.ts'
import { freePort, TestServer } from './harness/server.ts'

/** The installable web app: there without a network from a cold start, and never exchanged under somebody's hands. */

let folder: string
let microphone: string
let server: TestServer
let build: NewerBuild
let app: string

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-web-'))
  await chmod(folder, 0o711)
  const { samples } = await simulateSpeaker({
    seed: 5,
    condition: 'absent',
    task: 'read-sentence',
    sampleRateHz: 48_000,
  })
  microphone = join(folder, 'microphone.wav')
  await writeFile(microphone, encodeWav(floatToPcm16(samples), 48_000))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
  build = await NewerBuild.open(await freePort(), server.url)
  app = `http://127.0.0.1:${build.port}/bedside/`
})

test.afterAll(async () => {
  await build?.close()
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const pageOf = async (context: BrowserContext): Promise<Page> => context.pages()[0] ?? (await context.newPage())

/** Opens the enrolled app in a browser of its own profile. */
async function enrolled(profile: string): Promise<BrowserContext> {
  const context = await openBedside({ profile, microphone })
  const page = await pageOf(context)
  await page.goto(`${app}#enrol=${server.enrolmentCode('Demo site')}`)
  await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  return context
}

test('an update is offered, never forced, and never taken while an encounter is open in any window', async () => {
  const context = await enrolled(join(folder, 'profile-update'))
  try {
    const page = await pageOf(context)
    // The first visit is not under the service worker yet.
    await page.reload()
    await expect(page.getByTestId('new-encounter')).toBeVisible()
    await expectInstallable(context, page)
    const encounter = await context.newPage()
    await encounter.goto(app)
    await beginEncounter(encounter)
    await encounter.evaluate(() => Object.assign(globalThis, { untouched: true }))
    await page.evaluate(() => Object.assign(globalThis, { untouched: true }))

    build.release()
    await page.evaluate(() => navigator.serviceWorker.ready.then((registration) => registration.update()))
    await expect(page.getByTestId('update-offer')).toBeVisible({ timeout: 60_000 })
    await expect(encounter.getByTestId('update-offer')).toHaveCount(0)
    await expectAccessible(page, 'an update is offered')
    await expectTouchable(page, 'an update is offered')

    await page.getByTestId('update-now').click()
    await expect(page.getByTestId('failure')).toBeVisible()
    expect(await untouched(page)).toBe(true)
    expect(await untouched(encounter)).toBe(true)
    await expect(encounter.getByTestId('start-recording')).toBeVisible()

    await encounter.goto('about:blank')
    await page.getByTestId('update-now').click()
    await expect.poll(() => untouched(page).catch(() => true), { timeout: 60_000 }).toBe(false)
    await expect(page.getByTestId('new-encounter')).toBeVisible()
    await expect(page.getByTestId('update-offer')).toHaveCount(0)
    await expect(page.getByTestId('worklist-row')).toHaveCount(1)
  } finally {
    await context.close()
  }
})

/** Chromium itself finds nothing that keeps the app from being installed, and a manifest that opens it in a window of its own. */
async function expectInstallable(context: BrowserContext, page: Page): Promise<void> {
  const cdp = await context.newCDPSession(page)
  const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors')
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual([])
  const { data, errors } = await cdp.send('Page.getAppManifest')
  expect(errors).toEqual([])
  expect(JSON.parse(data ?? '{}')).toMatchObject({ name: 'Spira Edge', display: 'standalone', start_url: '/bedside/' })
  await cdp.detach()
}

const untouched = (page: Page): Promise<boolean> => page.evaluate(() => 'untouched' in globalThis)

test('without a network, from a cold start: the app, its languages and its model', async () => {
  const profile = join(folder, 'profile-offline')
  await (await enrolled(profile)).close()
  await server.stop()
  const context = await openBedside({ profile, microphone })
  try {
    const page = await pageOf(context)
    await page.goto(app)
    await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true)
    await page.getByTestId('language').selectOption('pt-BR')
    await expect(page.getByTestId('new-encounter')).toContainText(ptBR['worklist.new'])
    await beginEncounter(page)
    await record(page, 6)
    await expect(page.getByTestId('result-probability')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByTestId('result-model-version')).toContainText('0')
  } finally {
    await context.close()
  }
})
