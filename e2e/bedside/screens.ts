import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Page, test } from '@playwright/test'
import { expectTouchable } from '../harness/axe.ts'
import { openEnrolled } from '../harness/enrolled.ts'
import { firstViews } from '../harness/firstViews.ts'
import { otherViews } from '../harness/otherViews.ts'
import { Patient } from '../harness/patient.ts'
import { takePictures } from '../harness/pictures.ts'
import { AT_200_PERCENT, expectUnclipped } from '../harness/readable.ts'
import { freePort, TestServer } from '../harness/server.ts'
import { wholeEncounter } from '../harness/wholeEncounter.ts'

/** Each view in both themes and five sizes, on the small ones whole, to be looked at: test-results/screens, or the folder that SPIRA_SCREENS names. */
const INTO = process.env['SPIRA_SCREENS'] ?? join(import.meta.dirname, '../../test-results/screens')
const SIZES = {
  phone: [390, 844],
  zoom200: [AT_200_PERCENT.width, AT_200_PERCENT.height],
  small: [1024, 600],
  usual: [1440, 900],
  large: [3840, 2160],
} as const
/** Gloves on an old laptop and on a phone. */
const TOUCHED: ReadonlySet<string> = new Set(['phone', 'small'])
/** Where there is least room for words. */
const NARROW: ReadonlySet<string> = new Set(['phone', 'zoom200', 'small'])

let folder: string
let server: TestServer
let taken = 0

test.beforeAll(async () => {
  await mkdir(INTO, { recursive: true })
  folder = await mkdtemp(join(tmpdir(), 'spira-screens-'))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})
test.afterAll(async () => {
  console.log(`${taken} screenshots in ${INTO}`)
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The view in each size and theme: nothing scrolls sideways, no words are cut off, everything to be touched is large enough. */
async function shoot(page: Page, view: string): Promise<void> {
  taken += await takePictures(page, view, { into: INTO, sizes: SIZES }, async (size) => {
    if (NARROW.has(size)) await expectUnclipped(page, `${view} at ${size}`)
    if (TOUCHED.has(size)) await expectTouchable(page, `${view} at ${size}`)
  })
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 860 })
}

test('screenshots of a new device', async () => {
  test.setTimeout(300_000)
  await firstViews({ server, profile: join(folder, 'profile-new'), at: shoot })
})

test('screenshots of a whole encounter and of every other view', async () => {
  test.setTimeout(2_400_000)
  const patient = new Patient(folder)
  await patient.doTask('spoken-consent')
  const app = await openEnrolled(server, { folder, microphone: patient.microphone })
  const at = (view: string): Promise<void> => shoot(app.page, view)
  try {
    await wholeEncounter(app.page, patient, at)
    await otherViews({ server, app, patient, at })
  } finally {
    await app.context.close()
  }
})
