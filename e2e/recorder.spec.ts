import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, type Page, test } from '@playwright/test'
import { encodeWav, floatToPcm16 } from '@spira/shared/signal/wav.ts'
import { simulateSpeaker } from '../apps/simulator/voice/simulateSpeaker.ts'
import { beginEncounter, openBedside } from './harness/bedside.ts'
import { freePort, TestServer } from './harness/server.ts'

/** The journal while the recording runs: what is on disk when the browser is killed, and who may touch it. */

const CHUNK_MS = 500
let folder: string
let microphone: string
let server: TestServer

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-recorder-'))
  // Run as root, the server runs PostgreSQL as another user, who must be able to enter.
  await chmod(folder, 0o711)
  const { samples } = await simulateSpeaker({
    seed: 5,
    condition: 'present',
    task: 'read-sentence',
    sampleRateHz: 48_000,
  })
  microphone = join(folder, 'microphone.wav')
  await writeFile(microphone, encodeWav(floatToPcm16(samples), 48_000))
  server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
})

test.afterAll(async () => {
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('promise 1: kill -9 of the browser while recording costs at most the chunk that was filling', async () => {
  const profile = await mkdtemp(join(folder, 'profile-'))
  const killed = await openBedside({ profile, microphone })
  const page = killed.pages()[0] ?? (await killed.newPage())
  await startRecording(page)
  await expect.poll(() => elapsedMs(page), { timeout: 60_000 }).toBeGreaterThan(4000)
  const other = await killed.newPage()
  await other.goto(`${server.url}/bedside/`)
  await expect(other.getByTestId('worklist-row')).toBeVisible({ timeout: 60_000 })
  // A recording that runs in one tab is nothing to recover in another.
  await expect(other.getByTestId('interrupted')).toHaveCount(0)
  const elapsedAtDeath = await elapsedMs(page)
  await killBrowser(profile)

  const context = await openBedside({ profile, microphone })
  try {
    const restarted = context.pages()[0] ?? (await context.newPage())
    await restarted.goto(`${server.url}/bedside/`)
    await expect(restarted.getByTestId('interrupted')).toBeVisible({ timeout: 60_000 })
    // One chunk was filling; the next to last may have been on its way to the disk when the clock was read.
    expect(await journalMs(restarted)).toBeGreaterThan(elapsedAtDeath - 2 * CHUNK_MS)
    await restarted.getByTestId('recover').click()
    await expect(
      restarted
        .getByTestId('finding')
        .filter({ hasText: /interrupted|cut off/i })
        .first(),
    ).toBeVisible({
      timeout: 60_000,
    })
    await expect(restarted.getByRole('button', { name: /^play/i }).first()).toBeVisible()
  } finally {
    await context.close()
  }
})

async function startRecording(page: Page): Promise<void> {
  await page.goto(`${server.url}/bedside/#enrol=${server.enrolmentCode('Demo site')}`)
  await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })
  await beginEncounter(page)
  await page.getByTestId('start-recording').click()
}

const elapsedMs = async (page: Page): Promise<number> =>
  Number(await page.getByTestId('elapsed').getAttribute('data-ms'))

/** Every process of the browser that has this profile open, at once. */
async function killBrowser(profile: string): Promise<void> {
  for (const entry of await readdir('/proc')) {
    const command = /^\d+$/.test(entry) ? await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '') : ''
    if (command.includes(`--user-data-dir=${profile}`)) process.kill(Number(entry), 'SIGKILL')
  }
  await wait(1000)
  await rm(join(profile, 'SingletonLock'), { force: true })
}

/** Length of the encrypted chunks on disk: 16 bytes of each are AES-GCM's tag. */
function journalMs(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const open = indexedDB.open('spira-edge')
        open.addEventListener('error', () => reject(open.error ?? new Error('not opened')))
        open.addEventListener('success', () => {
          const all = open.result.transaction('chunks').objectStore('chunks').getAll()
          all.addEventListener('success', () => {
            const rows: readonly { sealed: { data: ArrayBuffer } }[] = all.result
            resolve(rows.reduce((sum, { sealed }) => sum + (sealed.data.byteLength - 16) / 32, 0))
            open.result.close()
          })
        })
      }),
  )
}
