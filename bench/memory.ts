import { join } from 'node:path'
import type { CDPSession, Page } from '@playwright/test'
import { beginEncounter, openBedside, saveEncounter } from '../e2e/harness/bedside.ts'
import { target, withBedside } from './bedsideBench.ts'

/**
 * Memory of the app after 10 and after 100 encounters (SPIRA_ENCOUNTERS), each recorded, scored, read and saved in one page that is never
 * reloaded, as on a ward. Target: within 20 %.
 */
const ENCOUNTERS = Number(process.env['SPIRA_ENCOUNTERS'] ?? 100)
const FIRST = 10
const MOST_RATIO = 1.2
const RECORDED_MS = 1600

async function heapMegabytes(cdp: CDPSession): Promise<number> {
  for (let pass = 0; pass < 3; pass++) await cdp.send('HeapProfiler.collectGarbage')
  const { metrics } = await cdp.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN) / 1024 ** 2
}

/** Heap, DOM and workers together; the browser answers when it next collects. */
const wholeMegabytes = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const { measureUserAgentSpecificMemory: measure } = performance as Performance & {
      measureUserAgentSpecificMemory?: () => Promise<{ readonly bytes: number }>
    }
    return measure === undefined ? Number.NaN : (await measure.call(performance)).bytes / 1024 ** 2
  })

/** One take that was scored; one that the computer cut short is redone, as on a ward. */
async function take(page: Page, again = 2): Promise<void> {
  await page.getByTestId('start-recording').click()
  await page.waitForFunction(
    (ms) => Number(document.querySelector('[data-testid=elapsed]')?.getAttribute('data-ms')) >= ms,
    RECORDED_MS,
  )
  await page.getByTestId('stop-recording').click()
  const refused = page.getByTestId('result-refused')
  await page.getByTestId('result-probability').or(refused).first().waitFor()
  if (!(await refused.isVisible())) return
  if (again === 0) throw new Error(`The takes were refused: ${(await refused.textContent()) ?? ''}`)
  await page.getByTestId('redo').click()
  await take(page, again - 1)
}

async function oneEncounter(page: Page): Promise<void> {
  await beginEncounter(page)
  await take(page)
  await page.getByTestId('to-result').click()
  await page.getByTestId('relevance').waitFor()
  await saveEncounter(page)
  await page.getByTestId('back-to-worklist').click()
  await page.getByTestId('new-encounter').waitFor()
}

await withBedside(async ({ folder, server, microphone }) => {
  const context = await openBedside({ profile: join(folder, 'profile'), microphone })
  const page = context.pages()[0] ?? (await context.newPage())
  const cdp = await context.newCDPSession(page)
  await cdp.send('Performance.enable')
  await page.goto(`${server.url}/bedside/#enrol=${server.enrolmentCode('Demo site')}`)
  await page.getByTestId('new-encounter').waitFor()
  const readings: { readonly heap: number; readonly whole: number }[] = []
  for (let encounter = 1; encounter <= ENCOUNTERS; encounter++) {
    await oneEncounter(page)
    if (encounter !== FIRST && encounter !== ENCOUNTERS) continue
    const reading = { heap: await heapMegabytes(cdp), whole: await wholeMegabytes(page) }
    readings.push(reading)
    console.log(
      `after ${encounter} encounters: heap ${reading.heap.toFixed(1)} MB, with workers ${reading.whole.toFixed(1)} MB`,
    )
  }
  const [first, last] = readings
  target(
    `heap after ${ENCOUNTERS} against ${FIRST}`,
    (last?.heap ?? Number.NaN) / (first?.heap ?? Number.NaN),
    MOST_RATIO,
  )
  target(
    `with workers after ${ENCOUNTERS} against ${FIRST}`,
    (last?.whole ?? Number.NaN) / (first?.whole ?? Number.NaN),
    MOST_RATIO,
  )
  await context.close()
})
