import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { floatToPcm16, encodeWav } from '@spira/shared/signal/wav.ts'
import { expect, type Page, test } from '@playwright/test'
import { simulateSpeaker } from '../apps/simulator/voice/simulateSpeaker.ts'
import { beginEncounter, type BedsideOptions, openBedside } from './harness/bedside.ts'
import { freePort, TestServer } from './harness/server.ts'

/** What a ward does to a microphone: each ends in a sentence and loses nothing. What it does to the sound: badSound.spec.ts. */

const RATE = 48_000
let folder: string
let server: TestServer

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-bad-'))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})

test.afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

const speech = async (): Promise<Float32Array> =>
  (await simulateSpeaker({ seed: 11, condition: 'absent', task: 'read-sentence', sampleRateHz: RATE })).samples

async function microphoneWav(name: string, samples: Float32Array): Promise<string> {
  const path = join(folder, `${name}.wav`)
  await writeFile(path, encodeWav(floatToPcm16(samples), RATE))
  return path
}

/** Opens an enrolled app at the recording step and hands its page to `work`. */
async function atTheMicrophone(
  options: Omit<BedsideOptions, 'profile'>,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const profile = await mkdtemp(join(folder, 'profile-'))
  const context = await openBedside({ ...options, profile })
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    await page.goto(`${server.url}/bedside/#enrol=${server.enrolmentCode('Demo site')}`)
    await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })
    await beginEncounter(page)
    await work(page)
  } finally {
    await context.close()
  }
}

test('a refused microphone gets a sentence, and the encounter is still there', async () => {
  await atTheMicrophone(
    { microphone: await microphoneWav('refused', await speech()), permission: 'denied' },
    async (page) => {
      await page.getByTestId('start-recording').click()
      await expect(page.getByTestId('microphone-error')).toContainText(/permi|allow/i)
      await page.reload()
      await expect(page.getByTestId('start-recording').or(page.getByTestId('worklist-row')).first()).toBeVisible()
    },
  )
})

test('a machine without a microphone gets a sentence', async () => {
  await atTheMicrophone({ microphone: null }, async (page) => {
    await page.getByTestId('start-recording').click()
    await expect(page.getByTestId('microphone-error')).toContainText(/no microphone|not found|plug/i)
  })
})

test('promise 1: a microphone that goes away in the middle ends the recording with a sentence and keeps what was recorded', async () => {
  const microphone = await microphoneWav('unplugged', await speech())
  await atTheMicrophone({ microphone, permission: 'revocable' }, async (page) => {
    await page.getByTestId('start-recording').click()
    await expect
      .poll(async () => Number(await page.getByTestId('elapsed').getAttribute('data-ms')), { timeout: 60_000 })
      .toBeGreaterThan(4000)
    // Withdrawing the permission ends the track at its source, as a pulled plug does.
    await page.context().clearPermissions()
    await expect(page.getByTestId('microphone-error')).toContainText(/unplugged/i, { timeout: 60_000 })
    await expect(page.getByTestId('finding').filter({ hasText: /cut off/i })).toBeVisible()
    await expect(page.getByRole('button', { name: /^play/i }).first()).toBeVisible()
  })
})
