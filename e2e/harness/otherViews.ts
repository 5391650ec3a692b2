import { expect } from '@playwright/test'
import { openBedside, PIN } from './bedside.ts'
import type { EnrolledApp } from './enrolled.ts'
import type { Patient } from './patient.ts'
import type { TestServer } from './server.ts'

interface Visit {
  readonly server: TestServer
  readonly app: EnrolledApp
  readonly patient: Patient
  /** Is called on each view, by its name. */
  readonly at: (view: string) => Promise<void>
}

/**
 * Every view and every question that a whole encounter does not come by, after one: what is seen when something is refused, looked up,
 * cut off, locked or not there.
 */
export async function otherViews({ server, app: { page }, patient, at }: Visit): Promise<void> {
  const home = `${server.url}/bedside/`
  await page.goto(home)
  await page.getByTestId('worklist-row').first().waitFor()
  await at('worklist-filled')
  await page.getByTestId('worklist-search').fill('nobody')
  await at('worklist-nothing-found')
  await page.getByTestId('worklist-search').fill('')

  await page.getByTestId('open-participant').first().click()
  await page.getByTestId('repeat-encounter').waitFor()
  await at('participant-page')
  await page.getByTestId('withdraw').click()
  await page.getByTestId('withdraw-by').waitFor()
  await at('withdraw')
  await page.keyboard.press('Escape')

  await page.getByTestId('repeat-encounter').click()
  await page.getByTestId('change-patient').click()
  await page.getByTestId('change-keep').waitFor()
  await at('change-patient')
  await page.keyboard.press('Escape')
  await page.getByTestId('next-step').click()
  await page.getByTestId('consent-refuse').click()
  await page.getByTestId('consent-refuse-confirm').waitFor()
  await at('consent-refuse')
  await page.keyboard.press('Escape')
  await page.getByTestId('consent-agree').click()
  await page.getByTestId('field-systolicMmHg').fill('84')
  await page.getByTestId('field-diastolicMmHg').fill('132')
  await page.getByTestId('field-diastolicMmHg').blur()
  await at('vitals-refused')
  await page.getByTestId('field-diastolicMmHg').fill('52')
  await page.getByTestId('to-microphone').click()

  await page.getByTestId('microphone-test').click()
  await patient.doTask('read-sentence')
  await page.getByTestId('microphone-test-start').click()
  await page.waitForTimeout(3000)
  await page.getByTestId('microphone-test-stop').click()
  await page.getByRole('dialog').getByRole('meter').waitFor({ state: 'detached' })
  await at('microphone-test')
  await page.keyboard.press('Escape')

  await patient.saysNothing()
  await page.getByTestId('task-read-sentence').click()
  await page.getByTestId('start-recording').click()
  const elapsed = page.getByTestId('elapsed')
  await expect
    .poll(async () => Number(await elapsed.getAttribute('data-ms')), { timeout: 60_000 })
    .toBeGreaterThan(3000)
  await at('nothing-heard')
  await page.getByTestId('stop-recording').click()
  await page.getByTestId('result-refused').waitFor()
  await at('review-refused')
  await page.getByTestId('to-result').click()
  await page.getByTestId('keep-patient-left').waitFor()
  await at('keep')
  await page.keyboard.press('Escape')
  await page.getByTestId('step-result').click()
  await page.getByTestId('missing-tasks').waitFor()
  await at('result-incomplete')
  await page.getByTestId('save-encounter').click()
  await page.getByTestId('save-unspoken').waitFor()
  await at('save-unspoken')
  await page.keyboard.press('Escape')
  await page.getByTestId('record-another').click()
  await page.evaluate(() => {
    localStorage.setItem('spira-microphone', 'one that is not connected')
    localStorage.setItem('spira-microphone-label', 'Jabra SPEAK 510')
  })
  await page.reload()
  await page.getByTestId('microphone-gone').waitFor()
  await at('microphone-gone')
  await page.getByTestId('task-nursery-rhyme').click()
  await page.getByTestId('start-recording').click()
  await page.getByTestId('record-with-other').waitFor()
  await at('microphone-other')
  await page.getByTestId('record-with-other').click()
  await expect
    .poll(async () => Number(await elapsed.getAttribute('data-ms')), { timeout: 60_000 })
    .toBeGreaterThan(2000)
  // As a crash leaves it.
  await page.goto('about:blank')
  await page.goto(home)
  await page.getByTestId('interrupted').waitFor()
  await at('interrupted')
  await page.getByTestId('discard-interrupted').click()
  await page.getByTestId('discard-confirm').waitFor()
  await at('interrupted-discard')
  await page.getByTestId('discard-confirm').click()

  await page.goto(home)
  await page.getByTestId('new-encounter').click()
  await page.getByTestId('initials').fill('MS')
  await page.getByTestId('sex-female').check()
  await page.getByTestId('age').fill('61')
  await page.getByTestId('alike').waitFor()
  await at('participant-alike')

  await page.goto(home)
  await page.getByTestId('filter-complete').locator('..').click()
  await page.getByTestId('worklist-row').first().click()
  await page.getByTestId('label-present').check()
  await page.getByTestId('label-cause').fill('pneumonia')
  await page.getByTestId('label-begun').waitFor()
  await at('label-begun')

  for (const view of ['sync', 'device', 'about', 'nowhere'] as const) {
    await page.goto(`${home}${view}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await at(view)
  }
  await page.goto(home)
  await page.getByTestId('active-model-version').click()
  await page.getByTestId('check-model').waitFor()
  await at('model')
  await page.keyboard.press('Escape')

  await page.removeLocatorHandler(page.getByTestId('unlock-pin'))
  await page.getByTestId('frame-lock').click()
  await page.getByTestId('unlock-pin').waitFor()
  await at('locked')
  await page.getByTestId('pin-forgotten').click()
  await at('pin-forgotten')
}

/** What a new device shows: where it is enrolled, and where its PIN is chosen. */
export async function firstViews({
  server,
  profile,
  locale = 'en-US',
  at,
}: Pick<Visit, 'server'> & {
  readonly profile: string
  readonly locale?: string
  readonly at: (page: EnrolledApp['page'], view: string) => Promise<void>
}): Promise<void> {
  const context = await openBedside({ profile, microphone: null, locale })
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    await page.removeLocatorHandler(page.getByTestId('choose-pin'))
    await page.goto(`${server.url}/bedside/`)
    await page.getByTestId('enrol').waitFor()
    await at(page, 'enrol')
    await page.getByTestId('enrol-code').fill('ABCD-EFGH')
    await page.getByTestId('enrol').click()
    await page.getByTestId('failure').waitFor()
    await at(page, 'enrol-refused')
    await page.getByTestId('enrol-code').fill(server.enrolmentCode('Demo site'))
    await page.getByTestId('enrol').click()
    await page.getByTestId('choose-pin').waitFor()
    await page.getByTestId('new-pin').fill(PIN)
    await at(page, 'choose-pin')
  } finally {
    await context.close()
  }
}
