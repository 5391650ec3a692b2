import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test, type Page } from '@playwright/test'
import { perturbedVoice } from '@spira/shared/signal/descriptors/testing/perturbedVoice.ts'
import { detectSpeech } from '@spira/shared/signal/speech/speechDetector.ts'
import { openSpeechDetection } from '../training-server/training/speechDetection.ts'
import { serveIsolated, type IsolatedPage } from './harness/isolatedPage.ts'
import type { SignalPage } from './harness/signal/page.ts'

/** Features and the speech detector on the browser's own engine: the numbers of Node, of torchaudio and of onnxruntime-node. */

const fixtures = fileURLToPath(new URL('../shared/signal', import.meta.url))
let served: IsolatedPage
let page: Page

test.beforeAll(async () => {
  served = await serveIsolated('signal', {
    beside(path, response, headers) {
      if (!path.startsWith('/fixtures/')) return false
      createReadStream(fixtures + path).pipe(response.writeHead(200, headers))
      return true
    },
  })
  page = await served.open()
})
test.afterAll(() => served.close())

test('promise 4: features in Chromium are those of torchaudio', async () => {
  const errors = await page.evaluate(() => (globalThis as unknown as { signal: SignalPage }).signal.featureErrors())
  expect(errors).toHaveLength(7)
  for (const { what, error, bound } of errors) expect(error, what).toBeLessThan(bound)
})

test('the speech detector hears in its worker what it hears in Node, recording after recording', async () => {
  const samples = perturbedVoice({ jitter: 0.005, shimmer: 0.05, noise: 0.0005 })
  const vad = await openSpeechDetection()
  const expected = await detectSpeech(vad, samples)
  await vad.release()
  const { readings, segments } = await page.evaluate(
    (values) => (globalThis as unknown as { signal: SignalPage }).signal.listen(values),
    [...samples],
  )
  expect(segments).toEqual(expected)
  expect(expected.pauses).toHaveLength(2)
  const spoken = readings.map(({ speechMs }) => speechMs)
  expect(spoken.toSorted((a, b) => a - b)).toEqual(spoken)
  expect(readings.at(-1)?.speechMs).toBeGreaterThan(2500)
  expect(readings.at(0)?.speaking).toBe(false)
  expect(readings.some(({ speaking }) => speaking)).toBe(true)
})
