import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { openEnrolled } from '../harness/enrolled.ts'
import { Patient } from '../harness/patient.ts'
import { freePort, TestServer } from '../harness/server.ts'
import { wholeEncounter } from '../harness/wholeEncounter.ts'

/** Each view in both themes and three sizes, to be looked at: `npm run -s bedside:screens -- FOLDER` or test-results/screens. */
const INTO = process.env['SPIRA_SCREENS'] ?? join(import.meta.dirname, '../../test-results/screens')
const SIZES = { small: [1024, 600], usual: [1440, 900], large: [3840, 2160] } as const

test('screenshots of every view', async () => {
  test.setTimeout(900_000)
  await mkdir(INTO, { recursive: true })
  const folder = await mkdtemp(join(tmpdir(), 'spira-screens-'))
  const server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
  const patient = new Patient(folder)
  await patient.doTask('spoken-consent')
  const { context, page } = await openEnrolled(server, { folder, microphone: patient.microphone })
  let taken = 0
  const shoot = async (view: string): Promise<void> => {
    for (const [size, [width, height]] of Object.entries(SIZES)) {
      await page.setViewportSize({ width, height })
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
        // Charts and waveforms draw themselves anew for the size.
        await page.waitForTimeout(150)
        await page.screenshot({ path: join(INTO, `${view}-${size}-${scheme}.png`) })
        taken += 1
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        )
        expect(overflow, `${view} at ${size} scrolls sideways`).toBeLessThanOrEqual(0)
      }
    }
    // 200 % zoom of a 1280 px screen leaves 640 CSS pixels: everything stays readable, nothing scrolls sideways.
    await page.setViewportSize({ width: 640, height: 430 })
    await page.emulateMedia({ colorScheme: 'light' })
    await page.waitForTimeout(150)
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(overflow, `${view} at 200 % zoom scrolls sideways`).toBeLessThanOrEqual(0)
    await page.screenshot({ path: join(INTO, `${view}-zoom200-light.png`) })
    await page.setViewportSize({ width: 1280, height: 860 })
    taken += 1
  }
  try {
    await wholeEncounter(page, patient, shoot)
    await page.goto(`${server.url}/bedside/`)
    await page.getByTestId('worklist-row').first().waitFor()
    await shoot('worklist-filled')
    await page.getByTestId('open-participant').first().click()
    await page.getByTestId('repeat-encounter').waitFor()
    await shoot('participant-page')
    await page.getByTestId('repeat-encounter').click()
    await page.getByTestId('change-patient').click()
    await page.getByTestId('change-keep').waitFor()
    await shoot('change-patient')
    await page.keyboard.press('Escape')
    await page.goto(`${server.url}/bedside/sync`)
    await page.getByTestId('send-now').waitFor()
    await shoot('sync')
    console.log(`${taken} screenshots in ${INTO}`)
  } finally {
    await context.close()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
