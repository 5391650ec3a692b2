import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { simulateSpeaker } from '../apps/simulator/voice/simulateSpeaker.ts'
import { beginEncounter, openBedside, record } from '../e2e/harness/bedside.ts'
import { freePort, TestServer } from '../e2e/harness/server.ts'

/**
 * From Stop to the result, in the real app in Chromium: the click on Stop until the probability is in the page, for 10 s and 60 s of
 * speech, in turns. The windows are scored while the recording goes on, so the ratio of the two should be near 1.
 */
const ROUNDS = 3
const LENGTHS = [10, 60]

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const folder = await mkdtemp(join(tmpdir(), 'spira-bench-'))
const server = new TestServer(join(folder, 'data'), await freePort())
try {
  const voice = await simulateSpeaker({
    seed: 3,
    condition: 'absent',
    task: 'free-speech',
    seconds: 20,
    sampleRateHz: 48_000,
  })
  const microphone = join(folder, 'microphone.wav')
  await writeFile(microphone, encodeWav(floatToPcm16(voice.samples), 48_000))
  await server.start()
  const context = await openBedside({ profile: join(folder, 'profile'), microphone })
  const page = context.pages()[0] ?? (await context.newPage())
  await page.addInitScript(() => {
    addEventListener(
      'click',
      (event) => {
        if (event.target instanceof Element && event.target.closest('[data-testid=stop-recording]') !== null)
          performance.mark('stop')
      },
      true,
    )
    new MutationObserver(() => {
      if (
        document.querySelector('[data-testid=result-probability]') !== null &&
        performance.getEntriesByName('result').length === 0
      )
        performance.mark('result')
    }).observe(document, { childList: true, subtree: true })
  })
  await page.goto(`${server.url}/bedside/#enrol=${server.enrolmentCode('Demo site')}`)
  await page.getByTestId('new-encounter').waitFor()

  const milliseconds = new Map<number, number[]>(LENGTHS.map((seconds) => [seconds, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const seconds of LENGTHS) {
      await page.goto(`${server.url}/bedside/`)
      await beginEncounter(page)
      await record(page, seconds)
      await page.getByTestId('result-probability').waitFor()
      const took = await page.evaluate(() => performance.measure('stop to result', 'stop', 'result').duration)
      milliseconds.get(seconds)?.push(took)
      await page.getByTestId('save-encounter').click()
      await page.getByTestId('sync-state').first().waitFor()
    }
  }
  await context.close()
  for (const [seconds, values] of milliseconds)
    console.log(
      `${seconds} s of speech: median ${median(values).toFixed(0)} ms from Stop to result (${values.map((each) => each.toFixed(0)).join(', ')})`,
    )
  const [short = [], long = []] = milliseconds.values()
  console.log(`ratio 60 s / 10 s: ${(median(long) / median(short)).toFixed(2)}`)
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
