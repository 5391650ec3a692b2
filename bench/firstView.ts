import { join } from 'node:path'
import { type Page } from '@playwright/test'
import { openBedside } from '../e2e/harness/bedside.ts'
import { quantile, withBedside } from './bedsideBench.ts'

/**
 * Until the worklist stands and answers, from the start of the navigation: cold, in a browser just started on a device in use, and warm, by
 * reloading. The service worker serves both. Target: cold <= 2 s, warm <= 0.7 s.
 */
const ROUNDS = Number(process.env['SPIRA_ROUNDS'] ?? 6)

const firstView = async (page: Page): Promise<number> => {
  await page.getByTestId('new-encounter').waitFor()
  return page.evaluate(() => performance.getEntriesByName('first-view')[0]?.startTime ?? Number.NaN)
}

const mark = (): void =>
  new MutationObserver(() => {
    if (
      document.querySelector('[data-testid=new-encounter]') !== null &&
      performance.getEntriesByName('first-view').length === 0
    )
      performance.mark('first-view')
  }).observe(document, { childList: true, subtree: true })

await withBedside(async ({ folder, server, microphone }) => {
  const profile = join(folder, 'profile')
  const app = `${server.url}/bedside/`
  const first = await openBedside({ profile, microphone })
  const enrolling = first.pages()[0] ?? (await first.newPage())
  await enrolling.goto(`${app}#enrol=${server.enrolmentCode('Demo site')}`)
  await enrolling.getByTestId('new-encounter').waitFor()
  await enrolling.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await first.close()

  const cold: number[] = []
  const warm: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const context = await openBedside({ profile, microphone })
    const page = context.pages()[0] ?? (await context.newPage())
    await page.addInitScript(mark)
    await page.goto(app)
    cold.push(await firstView(page))
    await page.waitForTimeout(1500)
    await page.reload()
    warm.push(await firstView(page))
    await context.close()
  }
  for (const [name, values] of [
    ['cold', cold],
    ['warm', warm],
  ] as const)
    console.log(
      `${name}: median ${quantile(values, 0.5).toFixed(0)} ms, worst ${Math.max(...values).toFixed(0)} ms (${values.map((each) => each.toFixed(0)).join(', ')})`,
    )
})
