import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LANGUAGES } from '@spira/shared/ui/languages.ts'
import { expect, type Page, test } from '@playwright/test'
import { expectAccessible, expectContrast } from '../harness/axe.ts'
import { openEnrolled } from '../harness/enrolled.ts'
import { firstViews, otherViews } from '../harness/otherViews.ts'
import { Patient } from '../harness/patient.ts'
import { freePort, TestServer } from '../harness/server.ts'
import { wholeEncounter } from '../harness/wholeEncounter.ts'

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
      await expectAccessible(page, `${view} light`)
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
      await expectContrast(page, `${view} dark`)
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
    }
    await firstViews({ server, profile: join(folder, `first-${language}`), locale: language, at: onPage })
    const app = await openEnrolled(server, { folder, microphone: patient.microphone, locale: language })
    const { context, page } = app
    const at = (view: string): Promise<void> => onPage(page, view)
    try {
      await page.getByTestId('language').first().selectOption(language)
      const { keys, toMicrophone, typed } = await wholeEncounter(page, patient, at)
      console.log(
        `${language}: 0 clicks, ${keys} keys (${typed} of them characters typed), ${toMicrophone} of them to the microphone`,
      )
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
