import { spawnSync } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, expect, type Page, test } from '@playwright/test'
import { expectAccessible, expectContrast } from '../harness/axe.ts'
import { type ConsoleBed, startConsoleBed } from '../harness/consoleBed.ts'
import type { TestServer } from '../harness/server.ts'
import { fillModelsAndRuns } from '../harness/modelsAndRuns.ts'
import { takePictures } from '../harness/pictures.ts'
import { signInAsAdmin } from '../harness/signInAsAdmin.ts'

/** Each view of the console in both themes and three sizes, to be looked at, and held against axe in every language. */
const INTO = process.env['SPIRA_SCREENS'] ?? join(import.meta.dirname, '../../test-results/console-screens')
const SIZES = { small: [1024, 600], usual: [1440, 900], large: [3840, 2160] } as const
const LANGUAGES = ['en-US', 'pt-BR', 'es-ES'] as const
/** The pages, and what is on them when they are whole. */
const PAGES = {
  recordings: 'recording-row',
  curation: 'nav-curation',
  imports: 'import-row',
  cohort: 'nav-cohort',
  datasets: 'dataset-row',
  training: 'run-row',
  models: 'model-row',
  rollouts: 'rollout-row',
  monitoring: 'nav-monitoring',
  devices: 'site-row',
  withdrawals: 'storage-facts',
  protocol: 'nav-protocol',
  people: 'person-row',
  server: 'backup-facts',
  audit: 'nav-audit',
  api: 'api-operation',
  account: 'nav-account',
} as const

let bed: ConsoleBed | undefined
let server: TestServer
let browser: Browser
let taken = 0

test.beforeAll(async () => {
  test.setTimeout(300_000)
  await mkdir(INTO, { recursive: true })
  bed = await startConsoleBed('console-screens')
  ;({ server, browser } = bed)
  // What is recorded after its dataset version was frozen is there to be frozen anew.
  await fillModelsAndRuns(server.data)
  const code = server.enrolmentCode('Simulated clinic', '--simulated')
  const fleet = ['apps/simulator/cli.ts', 'fleet', '--server', server.url, '--enrolment-code', code]
  const { status, stderr } = spawnSync(process.execPath, [...fleet, '--encounters', '12', '--seed', '3'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
})
test.afterAll(async () => {
  console.log(`${taken} screenshots in ${INTO}`)
  await bed?.stop()
})

async function shoot(page: Page, view: string): Promise<void> {
  taken += await takePictures(page, view, { into: INTO, sizes: SIZES })
  await expectContrast(page, `${view}, dark`)
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1440, height: 900 })
}

const open = async (page: Page, name: keyof typeof PAGES): Promise<void> => {
  await page.goto(`${server.url}/console/${name}`)
  await expect(page.getByTestId(PAGES[name]).first()).toBeVisible()
  await page.waitForLoadState('networkidle')
}

test('every view of the console, in both themes, three sizes and three languages', async () => {
  test.setTimeout(1_500_000)
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(`${server.url}/console/`)
  await expect(page.getByTestId('sign-in-username')).toBeVisible()
  await shoot(page, 'sign-in')
  await firstPassword()
  await signInAsAdmin(page, server)
  await prepare(page)
  for (const name of Object.keys(PAGES) as (keyof typeof PAGES)[]) {
    await open(page, name)
    await shoot(page, name)
  }
  await openOthers(page)
  await openStudy(page)
  await openDialogs(page)
  await openAccount(page)
  const { cookies } = await context.storageState()
  for (const locale of LANGUAGES) {
    const other = await browser.newContext({ locale, viewport: { width: 1280, height: 800 } })
    await other.addCookies(cookies)
    const reader = await other.newPage()
    for (const name of Object.keys(PAGES) as (keyof typeof PAGES)[]) {
      await open(reader, name)
      await expectAccessible(reader, `${name}, ${locale}`)
    }
    await other.close()
  }
})

const tone = (kind: string): Promise<Buffer> =>
  readFile(join(import.meta.dirname, '../../training-server/imports/fixtures', `tone.${kind}`))

/** Something of everything. */
async function prepare(page: Page): Promise<void> {
  await expect(page.getByTestId('recording-row').first()).toBeVisible()
  await open(page, 'curation')
  await page.goto(`${server.url}/console/datasets`)
  await page.getByTestId('freeze-open').click()
  await page.getByTestId('freeze-name').fill('First twelve')
  await shoot(page, 'dialog-freeze')
  await page.getByTestId('freeze-submit').click()
  await expect(page.getByTestId('dataset-row').filter({ hasText: 'First twelve' })).toBeVisible()
  await page.goto(`${server.url}/console/imports`)
  await shoot(page, 'imports-empty')
  await page.getByTestId('import-open').click()
  await page.getByTestId('import-name').fill('Second hospital, 2024')
  await page.getByTestId('import-begin').click()
  await page.getByTestId('import-files').setInputFiles([
    { name: 'a.flac', mimeType: 'audio/flac', buffer: await tone('flac') },
    { name: 'b.mp3', mimeType: 'audio/mpeg', buffer: await tone('mp3') },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('not a sound') },
    {
      name: 'list.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('file,participant,class,age,sex\na.flac,1,1,61,F\nb.mp3,2,0,old,?\nc.wav,3,maybe,50,M\n'),
    },
  ])
  await page.getByTestId('import-site').fill('South Hospital')
  await page.getByTestId('import-consent').fill('CAAE 1234')
  await shoot(page, 'import-mapping')
  await page.getByTestId('import-check').click()
  await page.getByTestId('import-verdict').scrollIntoViewIfNeeded()
  await shoot(page, 'import-report')
}

/** What is behind a touch. */
async function openOthers(page: Page): Promise<void> {
  await open(page, 'recordings')
  await page.getByTestId('recording-row').first().locator('a').first().click()
  await expect(page.getByTestId('nav-recordings')).toBeVisible()
  await page.waitForTimeout(2000)
  await shoot(page, 'listening')
  await open(page, 'datasets')
  await page.getByTestId('dataset-export').first().click()
  await page.waitForTimeout(500)
  await shoot(page, 'dialog-export')
  await open(page, 'devices')
  await page.getByTestId('enrolment-code-create').click()
  await page.getByTestId('enrolment-code-submit').click()
  await expect(page.getByTestId('enrolment-qr')).toBeVisible()
  await shoot(page, 'dialog-enrolment')
  await open(page, 'people')
  await page.getByTestId('invite').click()
  await shoot(page, 'dialog-invite')
  await open(page, 'api')
  await page.getByTestId('api-operation').first().locator('button').click()
  await shoot(page, 'api-operation')
}

/** What an account is asked before anything else: a password of its own. */
async function firstPassword(): Promise<void> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
  await page.goto(`${server.url}/console/`)
  await page.getByTestId('sign-in-username').fill('admin')
  await page.getByTestId('sign-in-password').fill(server.oneTimePassword)
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('new-password')).toBeVisible()
  await shoot(page, 'new-password')
  await page.context().close()
}

/** A study's way: filters kept, judged recordings, a cohort, two versions beside each other, runs and where a model comes from. */
async function openStudy(page: Page): Promise<void> {
  await page.goto(`${server.url}/console/recordings?label=present`)
  await page.getByTestId('saved-filters').click()
  await expect(page.getByTestId('save-filter')).toBeVisible()
  await shoot(page, 'saved-filters')
  await open(page, 'curation')
  for (const verdict of ['a', 'a', 'r']) {
    await expect(page.getByTestId('sound-selection')).toBeVisible({ timeout: 30_000 })
    await page.keyboard.press(verdict)
    if (verdict === 'r') await shoot(page, 'curation-why')
    await page.waitForTimeout(500)
  }
  await page.keyboard.press('1')
  await page.getByTestId('curation-agreement-tab').click()
  await expect(page.getByTestId('agreement')).toBeVisible()
  await shoot(page, 'agreement')
  const cohort = {
    rules: [
      { mode: 'include', filters: { ageFrom: 30 } },
      { mode: 'exclude', filters: { quality: ['unusable'] } },
    ],
    matching: { exact: ['sex'], ageYears: 8 },
  }
  await page.goto(`${server.url}/console/cohort?cohort=${encodeURIComponent(JSON.stringify(cohort))}`)
  await expect(page.getByTestId('cohort-rule')).toHaveCount(2)
  await expect(page.getByTestId('confounders')).toBeVisible()
  await shoot(page, 'cohort-with-rules')
  await open(page, 'datasets')
  await page.getByTestId('dataset-diff').first().click()
  await page.waitForTimeout(700)
  await shoot(page, 'diff')
  await open(page, 'training')
  await page.getByTestId('run-compare').nth(0).check()
  await page.getByTestId('run-compare').nth(1).check()
  await page.getByTestId('compare-open').click()
  await expect(page.getByTestId('compare-settings')).toBeVisible()
  await shoot(page, 'compare')
  await open(page, 'models')
  await page.getByTestId('model-lineage').first().click()
  await expect(page.getByTestId('lineage-graph')).toBeVisible()
  await shoot(page, 'lineage-of-model')
  await open(page, 'recordings')
  await page.getByTestId('recording-row').first().locator('a').first().click()
  await page.getByTestId('recording-lineage').click()
  await expect(page.getByTestId('lineage-graph')).toBeVisible()
  await shoot(page, 'lineage-of-recording')
}

/** The dialogs of each page, by what opens them. */
const DIALOGS = {
  'dialog-withdrawal': ['withdrawals', 'withdraw-open'],
  'dialog-retention': ['withdrawals', 'retention-open'],
  'dialog-erase-policy': ['devices', 'erase-policy-open'],
  'dialog-carried-file': ['devices', 'carried-open'],
  'dialog-site': ['devices', 'site-open'],
  'dialog-start-run': ['training', 'train-start'],
  'dialog-trigger': ['training', 'trigger-add'],
  'dialog-approve': ['models', 'approve-open'],
  'dialog-rollout-pause': ['rollouts', 'rollout-pause'],
} as const

async function openDialogs(page: Page): Promise<void> {
  for (const [name, [view, opener]] of Object.entries(DIALOGS)) {
    await open(page, view)
    await page.getByTestId(opener).first().click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await shoot(page, name)
  }
}

/** Who comes by a link, who that person is, and the second factor. */
async function openAccount(page: Page): Promise<void> {
  await open(page, 'people')
  await page.getByTestId('invite').click()
  await page.getByTestId('invite-username').fill('ana.silva')
  await page.keyboard.press('Enter')
  const link = /http\S+/.exec((await page.getByTestId('invitation-link').textContent()) ?? '')?.[0]
  if (link === undefined) throw new Error('no invitation')
  await shoot(page, 'dialog-invitation-link')
  const guest = await (await browser.newContext({ locale: 'en-US' })).newPage()
  await guest.goto(link)
  await expect(guest.getByTestId('invitation-password')).toBeVisible()
  await shoot(guest, 'invitation')
  await guest.context().close()
  await open(page, 'people')
  await page.getByTestId('change-ana.silva').click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await shoot(page, 'dialog-person')
  await open(page, 'account')
  await page.getByTestId('factor-begin').click()
  await expect(page.getByTestId('factor-secret')).toBeVisible()
  await shoot(page, 'second-factor')
}
