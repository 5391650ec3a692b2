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
 * its rows is painted, and whether fast scrolling ever shows a row that is not there yet. Build the console first.
 */
const RECORDINGS = Number(process.env['RECORDINGS'] ?? 100_000)
const LIMIT_MS = 300

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
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  console.log(
    `filter to first paint, ${times.length} changes: median ${at(0.5).toFixed(0)} ms, p95 ${at(0.95).toFixed(0)} ms, slowest ${at(1).toFixed(0)} ms (limit ${LIMIT_MS} ms p95)`,
  )
  const wheel = await scroll(page)
  console.log(
    `wheel, ${wheel.frames} frames over ${wheel.rows} rows: ${wheel.blanks.length} frames with a row that was not there${wheel.blanks.length === 0 ? '' : ` (${wheel.blanks.slice(0, 5).join('; ')})`}; slowest frame ${wheel.slowest.toFixed(0)} ms`,
  )
  const jumps = await jump(page)
  console.log(`jumps to anywhere: rows after ${jumps.map((ms) => ms.toFixed(0)).join(', ')} ms`)
  process.exitCode = at(0.95) <= LIMIT_MS && wheel.blanks.length === 0 ? 0 : 1
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

/** Measured in the page: from the click to the frame after the one whose rows are the filter's. */
async function filterTimes(page: Page): Promise<number[]> {
  const facets = [
    'label-present',
    'task-read-sentence',
    'quality-good',
    'curation-open',
    'label-absent',
    'quality-fair',
  ]
  const times: number[] = []
  for (let round = 0; round < 4; round++) {
    for (const facet of facets) {
      for (let turn = 0; turn < 2; turn++) {
        await page.getByTestId(`facet-${facet}`).waitFor()
        times.push(
          await page.evaluate(async (testId) => {
            document.querySelector<HTMLElement>(`[data-testid="${testId}"]`)?.click()
            const begun = performance.now()
            let wasBusy = false
            for (;;) {
              await new Promise((resolve) => requestAnimationFrame(resolve))
              const table = document.querySelector('[data-testid="recordings-table"]')
              const busy = table?.getAttribute('aria-busy') === 'true'
              wasBusy ||= busy
              // A filter that was asked a moment ago is painted at once, out of the page's memory.
              if (!busy && (wasBusy || performance.now() - begun > 40)) break
            }
            await new Promise((resolve) => requestAnimationFrame(resolve))
            return performance.now() - begun
          }, `facet-${facet}`),
        )
        await page.waitForTimeout(150)
      }
    }
    // Another order: nothing of the round before answers from memory.
    await page
      .getByTestId('recordings-sort')
      .selectOption(['oldest', 'score-high', 'disagreement', 'newest'][round] ?? 'newest')
    await page.waitForTimeout(500)
  }
  return times
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
    const times: number[] = []
    for (const share of [0.5, 0.9, 0.1, 0.75, 0.33]) {
      window.scrollTo(0, share * document.body.scrollHeight)
      const begun = performance.now()
      for (;;) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
        const rows = [...document.querySelectorAll<HTMLElement>('tr[data-index]')].filter((row) => {
          const { top, bottom } = row.getBoundingClientRect()
          return bottom > 0 && top < window.innerHeight
        })
        if (rows.length > 5 && rows.every((row) => row.dataset['testid'] === 'recording-row')) break
        if (performance.now() - begun > 5000) break
      }
      times.push(performance.now() - begun)
    }
    return times
  })
}
