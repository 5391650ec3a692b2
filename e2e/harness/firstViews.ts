import { expect, type Page } from '@playwright/test'
import { openBedside, PIN } from './bedside.ts'
import { Hands } from './hands.ts'
import type { TestServer } from './server.ts'

interface FirstVisit {
  readonly server: TestServer
  readonly profile: string
  readonly locale?: string
  readonly at: (page: Page, view: string) => Promise<void>
}

/**
 * What a new device shows: where it is enrolled, where its PIN is chosen, and what is said when a view or the device's own store cannot be
 * opened.
 */
export async function firstViews({ server, profile, locale = 'en-US', at }: FirstVisit): Promise<void> {
  const context = await openBedside({ profile, microphone: null, locale })
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    const hands = new Hands(page)
    const home = `${server.url}/bedside/`
    await page.removeLocatorHandler(page.getByTestId('choose-pin'))
    await viewFailure(page, home, at)
    await page.goto(home)
    await page.getByTestId('enrol').waitFor()
    await at(page, 'enrol')
    await hands.fill('enrol-code', 'ABCD-EFGH')
    await hands.press('Enter')
    await page.getByTestId('failure').waitFor()
    await at(page, 'enrol-refused')
    await hands.fill('enrol-code', server.enrolmentCode('Demo site'))
    await hands.press('Enter')
    await page.getByTestId('choose-pin').waitFor()
    await hands.fill('new-pin', PIN)
    await at(page, 'choose-pin')
    await startFailure(page, home, at)
  } finally {
    await context.close()
  }
}

/** The first visit is not under the service worker yet: a part of the app that does not arrive is a view that cannot be shown. */
async function viewFailure(page: Page, home: string, at: FirstVisit['at']): Promise<void> {
  const later = '**/assets/laterViews-*.js'
  await page.route(later, (route) => route.abort())
  await page.goto(`${home}about`)
  await page.getByTestId('failure').waitFor()
  await at(page, 'view-failure')
  await page.unroute(later)
}

/** The store was written by a newer version of the app. */
async function startFailure(page: Page, home: string, at: FirstVisit['at']): Promise<void> {
  await page.goto(`${home}icon.svg`)
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open('spira-edge', 100_000)
        open.addEventListener('error', () => reject(open.error ?? new Error('not opened')))
        open.addEventListener('success', () => {
          open.result.close()
          resolve()
        })
      }),
  )
  await page.goto(home)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Spira Edge')
  await expect(page.getByTestId('save-diagnostics')).toBeVisible()
  await at(page, 'start-failure')
}
