import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, type ElectronApplication, expect, type Page } from '@playwright/test'
import { beginEncounter, record } from '../e2e/harness/bedside.ts'
import { freePort, TestServer } from '../e2e/harness/server.ts'
import { electronVersionIn } from '../electron/packaging/pack.ts'
import { buildIfStale } from './build.ts'
import { electronBinary } from './electronBinary.ts'
import { liveChecklist } from './liveChecklist.ts'

/**
 * `npm run -s shell:check`: the real app in the real Electron, with a WAV as its microphone, against each item of
 * Electron's security checklist, then through a whole encounter: offline, synchronised, started anew. Each item is printed; the exit status is 0 when all hold, 1 when one does not, and 3
 * where there is no Electron binary: then nothing was checked.
 */
const NOT_CHECKED = 3
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const binary = electronBinary(root)
if (binary === null) {
  console.log(
    'shell:check was skipped: there is no Electron binary here. Where downloads are allowed: npx install-electron --no && npm run -s shell:check',
  )
  process.exit(NOT_CHECKED)
}

const folder = await mkdtemp(join(tmpdir(), 'spira-shell-check-'))
const profile = join(folder, 'profile')
const server = new TestServer(join(folder, 'data'), await freePort())
let failed = 0

async function item(name: string, check: () => Promise<void>): Promise<void> {
  try {
    await check()
    console.log(`ok   ${name}`)
  } catch (error) {
    failed += 1
    console.log(
      `FAIL ${name}\n     ${error instanceof Error ? error.message.replaceAll('\n', '\n     ') : String(error)}`,
    )
  }
}

async function launch(
  executablePath: string,
  ...args: readonly string[]
): Promise<{ app: ElectronApplication; page: Page }> {
  const app = await _electron.launch({
    executablePath,
    args: [
      join(root, 'electron'),
      `--user-data-dir=${profile}`,
      '--lang=en-US',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${join(folder, 'microphone.wav')}`,
      // Chromium refuses its sandbox to root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...args,
    ],
  })
  return { app, page: await app.firstWindow() }
}

/** The encounter of a nurse, from an enrolled app without a network to a synchronised one. */
async function bedside(page: Page): Promise<void> {
  await item('enrolled, and a model is active', async () => {
    await expect(page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByTestId('active-model-version')).toContainText('0', { timeout: 60_000 })
  })
  await server.stop()
  await item('without a server: consent, vitals, 7 s recorded from the microphone', async () => {
    await beginEncounter(page)
    await record(page, 7)
  })
  await item('the second copy of the recording is on disk', async () => {
    const journals = (await readdir(join(profile, 'journals'))).filter((name) => name.endsWith('.journal'))
    expect(journals).toHaveLength(1)
  })
  await item('the result is there, with its model, quality and intended use', async () => {
    await expect(page.getByTestId('result-probability')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByTestId('result-model-version')).toContainText('0')
    await expect(page.getByTestId('result-quality')).toBeVisible()
    await expect(page.getByTestId('intended-use')).toContainText(/not a diagnosis/i)
    await page.getByTestId('save-encounter').click()
    await expect(page.getByTestId('sync-state').first()).toContainText(/waiting/i)
  })
  await server.start()
  await item('synchronised once the server is back; the second copy goes with the receipt', async () => {
    await expect(page.getByTestId('sync-state').first()).toContainText(/synced/i, { timeout: 120_000 })
    await expect.poll(() => readdir(join(profile, 'journals')), { timeout: 60_000 }).toEqual([])
  })
}

let opened: ElectronApplication | null = null
try {
  for (const workspace of ['renderer', 'electron']) buildIfStale(root, workspace)
  const speaker = '--seed 77 --condition present --rate 48000 --seconds 14'.split(' ')
  spawnSync(process.execPath, [
    join(root, 'apps/simulator/cli.ts'),
    'speaker',
    '--out',
    join(folder, 'microphone.wav'),
    ...speaker,
  ])
  await server.start()
  const code = server.enrolmentCode('Shell check')
  const first = await launch(binary, `--spira-server=${server.url}`, `--spira-enrol=${code}`)
  opened = first.app
  const versions = await first.app.evaluate(() => process.versions)
  console.log(`Electron ${versions['electron']}, Chromium ${versions['chrome']}, Node ${versions.node}`)
  const backend = await first.app.evaluate(({ safeStorage }) =>
    process.platform === 'linux' ? safeStorage.getSelectedStorageBackend() : 'of the operating system',
  )
  console.log(`Key store: ${backend}`)
  for (const { name, check } of liveChecklist(first.app, first.page, {
    electronVersion: electronVersionIn(root),
    preload: join(root, 'electron/dist/preload.cjs'),
  }))
    await item(name, check)
  await bedside(first.page)
  await item('quits cleanly', () => first.app.close())

  const second = await launch(binary)
  opened = second.app
  await item('started anew, it opens what it had sealed, and is still enrolled', async () => {
    await expect(second.page.getByTestId('new-encounter')).toBeVisible({ timeout: 60_000 })
    await expect(second.page.getByTestId('sync-state').first()).toContainText(/synced/i, { timeout: 60_000 })
  })
} catch (error) {
  failed += 1
  console.error(error instanceof Error ? error.message : error)
} finally {
  await opened?.close().catch(() => undefined)
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
console.log(failed === 0 ? 'The desktop app does all of it here.' : `${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
