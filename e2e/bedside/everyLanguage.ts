import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LANGUAGES } from '@spira/shared/ui/languages.ts'
import { expect, type Page, test } from '@playwright/test'
import { expectAccessible, expectContrast } from '../harness/axe.ts'
import { openEnrolled } from '../harness/enrolled.ts'
import { firstViews } from '../harness/firstViews.ts'
import { otherViews } from '../harness/otherViews.ts'
import { Patient } from '../harness/patient.ts'
import { AT_200_PERCENT, expectNoSidewaysScroll, expectStill, expectUnclipped } from '../harness/readable.ts'
import { freePort, TestServer } from '../harness/server.ts'
import { shortestWay } from '../harness/shortestWay.ts'
import { wholeEncounter } from '../harness/wholeEncounter.ts'

/** Who it is, that they agree, and what may be measured: nothing else stands between the worklist and the microphone. */
const STEPS_TO_MICROPHONE = ['participant', 'consent', 'answers']
/** For an encounter in which every question is answered and every task recorded, whatever the language. */
const MOST_KEYS = { shortestWay: 30, toMicrophone: 120, whole: 200 } as const
const USUAL = { width: 1280, height: 860 } as const

let folder: string
let server: TestServer

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-languages-'))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})
test.afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

for (const language of LANGUAGES) {
  test(`a whole encounter by keyboard alone in ${language}, each view accessible in light and dark`, async () => {
    test.setTimeout(1_500_000)
    const patient = new Patient(folder)
    await patient.doTask('spoken-consent')
    const views: string[] = []
    const onPage = async (page: Page, view: string): Promise<void> => {
      views.push(view)
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(language)
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
      await expectStill(page, view)
      await expectAccessible(page, `${view} light`)
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
      await expectContrast(page, `${view} dark`)
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
      await page.setViewportSize(AT_200_PERCENT)
      await expectUnclipped(page, `${view} at 200 %`)
      await expectNoSidewaysScroll(page, `${view} at 200 %`)
      await page.setViewportSize(USUAL)
    }
    await firstViews({ server, profile: join(folder, `first-${language}`), locale: language, at: onPage })
    const app = await openEnrolled(server, { folder, microphone: patient.microphone, locale: language })
    const { context, page } = app
    const at = (view: string): Promise<void> => onPage(page, view)
    try {
      await page.getByTestId('language').first().selectOption(language)
      const way = await shortestWay(page)
      expect(way.steps).toEqual(STEPS_TO_MICROPHONE)
      const { keys, toMicrophone, typed } = await wholeEncounter(page, patient, at)
      console.log(
        `${language}: 0 clicks, ${keys} keys (${typed} of them characters typed), ${toMicrophone} of them to the microphone; ` +
          `the shortest way there has ${way.steps.length} steps and ${way.keys} keys`,
      )
      expect(way.keys).toBeLessThanOrEqual(MOST_KEYS.shortestWay)
      expect(toMicrophone).toBeLessThanOrEqual(MOST_KEYS.toMicrophone)
      expect(keys).toBeLessThanOrEqual(MOST_KEYS.whole)
      await otherViews({ server, app, patient, at })
      const found = test.info().errors.length
      console.log(
        `${language}: ${views.length} views in light and dark, ${found === 0 ? 'axe clean' : `${found} findings of axe`}`,
      )
    } finally {
      await context.close()
    }
  })
}
