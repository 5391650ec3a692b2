import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright'
import { freePort, TestServer } from '../e2e/harness/server.ts'
import { querying } from '../e2e/harness/database.ts'
import { signInAsAdmin } from '../e2e/harness/signInAsAdmin.ts'
import { fillSimulated } from '../training-server/explorer/testing/fillSimulated.ts'

/**
 * The explorer with `RECORDINGS` (100,000) simulated rows in the real server and Chromium: from the touch of a filter until the first of
 * its rows is painted and until its facets are counted, and whether fast scrolling ever shows a row that is not there yet. Build the console first.
 */
const RECORDINGS = Number(process.env['RECORDINGS'] ?? 100_000)
const LIMIT_MS = 300

const at = (share: number, among: readonly number[]): number =>
  among.toSorted((a, b) => a - b)[Math.min(among.length - 1, Math.floor(share * among.length))] ?? Number.NaN
const said = (among: readonly number[]): string =>
  `median ${at(0.5, among).toFixed(0)} ms, p95 ${at(0.95, among).toFixed(0)} ms, slowest ${at(1, among).toFixed(0)} ms`

const folder = await mkdtemp(join(tmpdir(), 'spira-bench-explorer-'))
const server = new TestServer(folder, await freePort())
const browser = await chromium.launch({
  executablePath: process.env['SPIRA_BROWSER'] || '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
try {
  await server.start()
  const started = performance.now()
  await querying(server, (db) => fillSimulated({ db }, RECORDINGS))
  console.log(`${RECORDINGS} simulated recordings filled in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1920, height: 1080 } })
  // Right after 100,000 rows were filled in, beside other work, the first page may take longer than Playwright's half a minute.
  page.setDefaultTimeout(120_000)
  await signIn(page)
  const times = await filterTimes(page)
  console.log(
    `filter to first paint, ${times.rows.length} changes that the server answered: ${said(times.rows)} (limit ${LIMIT_MS} ms p95)`,
  )
  console.log(
    `filter to the counts of all facets, ${times.facets.length} changes: ${said(times.facets)} (asked when the filter rests)`,
  )
  const wheel = await scroll(page)
  console.log(
    `wheel, ${wheel.frames} frames over ${wheel.rows} rows: ${wheel.blanks.length} frames with a row that was not there${wheel.blanks.length === 0 ? '' : ` (${wheel.blanks.slice(0, 5).join('; ')})`}; slowest frame ${wheel.slowest.toFixed(0)} ms`,
  )
  const jumps = await jump(page)
  console.log(
    `jumps to anywhere: rows after ${jumps.map(({ milliseconds, isWhole }) => `${milliseconds.toFixed(0)}${isWhole ? '' : ' (never whole)'}`).join(', ')} ms`,
  )
  const holds = at(0.95, times.rows) <= LIMIT_MS && wheel.blanks.length === 0 && jumps.every(({ isWhole }) => isWhole)
  process.exitCode = holds ? 0 : 1
} finally {
  await browser.close()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

/** Until the rows and the facets are there; what goes wrong on the way says what the server said. */
async function signIn(page: Page): Promise<void> {
  try {
    const console = await fetch(`${server.url}/console/`)
    if (!console.ok) throw new Error(`the console is not there (HTTP ${console.status}): npm run build -w apps/console`)
    await signInAsAdmin(page, server)
    await page.getByTestId('recording-row').first().waitFor()
    await page.getByTestId('facet-label-present').waitFor()
  } catch (cause) {
    throw new Error(`no sign-in; the server's last words:\n${server.output.slice(-20).join('\n')}`, { cause })
  }
}

interface FilterTimes {
  /** Until the first rows are painted. */
  readonly rows: number[]
  /** Until the counts beside the facets are the filter's, too: they are asked when the filter rests. */
  readonly facets: number[]
}

/**
 * Measured in the page: from the click to the frame after the one whose rows are the filter's. Only changes that the server had to answer
 * are counted: a filter is added to those before it, so that each is new, and the taking back, which the page remembers, is not measured.
 */
async function filterTimes(page: Page): Promise<FilterTimes> {
  const facets = [
    'label-present',
    'task-read-sentence',
    'quality-good',
    'curation-open',
    'label-absent',
    'quality-fair',
  ]
  const times: FilterTimes = { rows: [], facets: [] }
  for (const order of ['newest', 'oldest', 'score-high', 'disagreement', 'score-low', 'snr-low']) {
    // Another order: nothing of the round before answers from memory.
    await page.getByTestId('recordings-sort').selectOption(order)
    await page.waitForTimeout(500)
    for (const facet of facets) {
      await page.getByTestId(`facet-${facet}`).waitFor()
      // The counts of a filter do not depend on the order: after the first round they are remembered, and not measured.
      const counted =
        order === 'newest' ? page.waitForResponse((reply) => reply.url().includes('/recordings/facets?')) : undefined
      const begun = performance.now()
      times.rows.push(await rowsPainted(page, facet))
      if (counted !== undefined) {
        await counted
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
        times.facets.push(performance.now() - begun)
      }
      await page.waitForTimeout(150)
    }
    await page.getByTestId('filters-clear').click()
    await page.waitForTimeout(300)
  }
  return times
}

/** Milliseconds from the click on a facet to its rows; what was answered from memory is an error of the measurement. */
async function rowsPainted(page: Page, facet: string): Promise<number> {
  const { milliseconds, wasBusy } = await page.evaluate(async (testId) => {
    document.querySelector<HTMLElement>(`[data-testid="${testId}"]`)?.click()
    const clicked = performance.now()
    let busyOnce = false
    for (;;) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const busy = document.querySelector('[data-testid="recordings-table"]')?.getAttribute('aria-busy') === 'true'
      busyOnce ||= busy
      if (!busy && (busyOnce || performance.now() - clicked > 1000)) break
    }
    await new Promise((resolve) => requestAnimationFrame(resolve))
    return { milliseconds: performance.now() - clicked, wasBusy: busyOnce }
  }, `facet-${facet}`)
  if (!wasBusy) throw new Error(`${facet} was answered from memory`)
  return milliseconds
}

async function scroll(page: Page) {
  return page.evaluate(async () => {
    window.scrollTo(0, 0)
    await new Promise((resolve) => setTimeout(resolve, 600))
    const blanks: string[] = []
    let [frames, slowest, last] = [0, 0, performance.now()]
    const from = window.scrollY
    // 120 px a frame at 60 frames a second: 7,200 px/s, a wheel turned as fast as a finger can.
    while (window.scrollY - from < 300_000 && frames < 2600) {
      window.scrollBy(0, 120)
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const now = performance.now()
      slowest = Math.max(slowest, now - last)
      last = now
      frames++
      const rows = [...document.querySelectorAll<HTMLElement>('tr[data-index]')].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect()
        return bottom > 0 && top < window.innerHeight
      })
      // Above the rows there are the page's head and the table's, until they are scrolled out of view.
      const top = Math.max(0, document.querySelector('tbody')?.getBoundingClientRect().top ?? 0)
      const covered = rows.reduce((sum, row) => sum + row.getBoundingClientRect().height, 0)
      const waiting = rows.find((row) => row.dataset['testid'] === 'recording-waiting')
      if (covered < window.innerHeight - top || waiting !== undefined)
        blanks.push(
          `frame ${frames}: ${waiting === undefined ? `${covered} of ${window.innerHeight - top} px` : `row ${waiting.dataset['index']}`}`,
        )
    }
    return { frames, blanks, slowest, rows: Math.round((window.scrollY - from) / 58) }
  })
}

async function jump(page: Page) {
  return page.evaluate(async () => {
    const times: { milliseconds: number; isWhole: boolean }[] = []
    for (const share of [0.5, 0.9, 0.1, 0.75, 0.33]) {
      window.scrollTo(0, share * document.body.scrollHeight)
      const begun = performance.now()
      for (;;) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
        const rows = [...document.querySelectorAll<HTMLElement>('tr[data-index]')].filter((row) => {
          const { top, bottom } = row.getBoundingClientRect()
          return bottom > 0 && top < window.innerHeight
        })
        const isWhole = rows.length > 5 && rows.every((row) => row.dataset['testid'] === 'recording-row')
        const milliseconds = performance.now() - begun
        if (!isWhole && milliseconds < 5000) continue
        times.push({ milliseconds, isWhole })
        break
      }
    }
    return times
  })
}
