import { expect } from '@playwright/test'
import { PIN } from './bedside.ts'
import { setMarks } from './marks.ts'
import { homeOf, type Visit } from './visit.ts'

const DAY_MS = 24 * 3_600_000

/** What concerns the device itself: what it holds, what it runs, locked, and out of contact until it erases itself. */
export async function deviceViews(visit: Visit): Promise<void> {
  const { app, hands, at } = visit
  const { page } = app
  const home = homeOf(visit)
  for (const view of ['sync', 'device', 'about', 'nowhere'] as const) {
    await page.goto(`${home}${view}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await at(view)
  }
  await page.goto(home)
  await hands.activate('sync-state')
  await hands.activate('send-now')
  await hands.activate('active-model-version')
  await page.getByTestId('check-model').waitFor()
  await at('model')
  await hands.press('Escape')
  await littleRoom(visit)

  await page.removeLocatorHandler(page.getByTestId('unlock-pin'))
  await hands.activate('frame-lock')
  await page.getByTestId('unlock-pin').waitFor()
  await at('locked')
  await hands.activate('pin-forgotten')
  await at('pin-forgotten')
  await outOfContact(visit)
}

/** The warning before the device is full, and the sentence when it is; the app looks once a minute. */
async function littleRoom(visit: Visit): Promise<void> {
  const { page } = visit.app
  await page.goto(homeOf(visit))
  await expect(page.getByTestId('new-encounter')).toBeVisible()
  for (const [room, mebibytes] of [
    ['low', 100],
    ['full', 1],
  ] as const) {
    // Until the page is loaded again: the browser's own override of the quota does not reach what it says of it.
    await page.evaluate(
      (quota) => {
        navigator.storage.estimate = () => Promise.resolve({ quota, usage: 0 })
      },
      mebibytes * 2 ** 20,
    )
    await expect(page.getByTestId('storage-notice')).toHaveAttribute('data-room', room, { timeout: 90_000 })
    await visit.at(`storage-${room}`)
  }
}

/** The administrator's end to a device without its server: said while it is locked and after, and then carried out. */
async function outOfContact(visit: Visit): Promise<void> {
  const { app, hands, at } = visit
  const { page, context } = app
  await context.setOffline(true)
  await setMarks(page, { 'erase-after-days': 30, 'last-contact-at': Date.now() - 26 * DAY_MS })
  await page.goto(homeOf(visit))
  await page.getByTestId('out-of-contact').waitFor()
  await at('locked-out-of-contact')
  await hands.fill('unlock-pin', PIN)
  await hands.press('Enter')
  await page.getByTestId('new-encounter').waitFor()
  await page.getByTestId('out-of-contact').waitFor()
  await at('out-of-contact')
  await setMarks(page, {
    'last-contact-at': Date.now() - 40 * DAY_MS,
    'out-of-contact-warnings': 3,
    'out-of-contact-warned-at': Date.now() - 2 * DAY_MS,
  })
  await page.goto(homeOf(visit))
  await page.getByTestId('erased').waitFor()
  await at('erased')
  await context.setOffline(false)
}
