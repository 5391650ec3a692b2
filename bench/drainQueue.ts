import { serveIsolated } from '../e2e/harness/isolatedPage.ts'
import type { DrainPage } from '../e2e/harness/drain/page.ts'
import { withServer } from './bedsideBench.ts'

/**
 * A device that was offline for weeks: its queue of 500 encounters (SPIRA_BENCH_ENCOUNTERS), each with a 5 s recording, drained from a
 * page of Chromium with its IndexedDB into the real server process over the loopback: events in batches, one upload after the other, a
 * signed receipt for each.
 */
const ENCOUNTERS = Number(process.env['SPIRA_BENCH_ENCOUNTERS'] ?? 500)
const SECONDS = 5

declare global {
  var drain: DrainPage
}

await withServer(async ({ server }) => {
  const isolated = await serveIsolated('drain', { connectTo: server.url })
  try {
    const page = await isolated.open()
    await page.waitForFunction(() => 'drain' in globalThis)
    const enrolment = { url: server.url, code: server.enrolmentCode('Bench', '--simulated') }
    const items = await page.evaluate(
      ({ enrolment: at, encounters, seconds }) => globalThis.drain.queue(at, encounters, seconds),
      { enrolment, encounters: ENCOUNTERS, seconds: SECONDS },
    )
    const seconds = (await page.evaluate(() => globalThis.drain.drain())) / 1000
    const megabytes = (ENCOUNTERS * (44 + SECONDS * 32_000)) / 1e6
    console.log(
      `${ENCOUNTERS} encounters (${items} items, ${megabytes.toFixed(0)} MB of sound) drained in ${seconds.toFixed(1)} s: ` +
        `${(ENCOUNTERS / seconds).toFixed(1)} encounters/s, ${(megabytes / seconds).toFixed(1)} MB/s, every item with its receipt.`,
    )
  } finally {
    await isolated.close()
  }
})
