import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, expect, type Page, test } from '@playwright/test'
import { goldenSchema, modelManifestSchema } from '@spira/shared/model/manifest.ts'
import { runSelfTest } from '@spira/shared/model/selfTest.ts'
import { build } from 'vite'
import { securityHeaders } from '../electron/contentSecurity.ts'
import { type FolderServer, serveFolder } from '../scripts/folderServer.ts'
import { expectAccessible } from './harness/axe.ts'

/** The built app in Chromium, served by the very handler the shell puts behind app://, under its headers. */

let folder: string
let server: FolderServer
let origin: string
let browser: Browser
let page: Page
let complaints: string[]

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-shell-'))
  const root = fileURLToPath(new URL('../renderer', import.meta.url))
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
  await writeFile(
    join(folder, 'assets/adder.js'),
    'onmessage = ({ data }) => { Atomics.add(data, 0, 42); postMessage(crossOriginIsolated) }',
  )
  await writeFile(join(folder, 'bare.html'), '<!doctype html><link rel="icon" href="icon.svg" />')
  server = await serveFolder(folder)
  origin = server.origin
  browser = await chromium.launch({
    executablePath: process.env['SPIRA_BROWSER'] || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking'],
  })
})
test.afterAll(async () => {
  await browser.close()
  await server.close()
  await rm(folder, { recursive: true })
})

test.beforeEach(async () => {
  const context = await browser.newContext({ locale: 'en-US' })
  page = await context.newPage()
  complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`violated ${violatedDirective}: ${blockedURI}`),
    )
  })
})
test.afterEach(() => page.context().close())

/** The app has started: what it shows to a device that is not enrolled. */
async function openApp(): Promise<void> {
  await page.goto(`${origin}/bedside/`)
  await expect(page.getByTestId('enrol-code')).toBeVisible({ timeout: 60_000 })
}

async function inferenceWorkers(): Promise<number> {
  const devtools = await browser.newBrowserCDPSession()
  const { targetInfos } = await devtools.send('Target.getTargets', { filter: [{}] })
  await devtools.detach()
  return targetInfos.filter(({ type, url }) => type === 'worker' && url.includes('inference.worker-')).length
}

test('the built app starts under the shell’s headers, isolated, with no violation and no error', async () => {
  const headers = page.waitForResponse(`${origin}/bedside/`).then((reply) => reply.allHeaders())
  await openApp()
  expect(await headers).toMatchObject(securityHeaders)
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
  expect(await page.evaluate(() => typeof SharedArrayBuffer)).toBe('function')
  // A view has an address of its own, and gets the app again.
  await page.goto(`${origin}/bedside/sync`)
  await expect(page.getByTestId('enrol-code')).toBeVisible({ timeout: 60_000 })
  expect(complaints).toEqual([])
})

test('the policy holds in Chromium: no inline script, no eval, no frame, no foreign script; nothing outside the build', async () => {
  await openApp()
  const blocked = await page.evaluate(async () => {
    const seen = new Set<string>()
    addEventListener('securitypolicyviolation', ({ effectiveDirective }) => seen.add(effectiveDirective))
    const inline = document.createElement('script')
    inline.textContent = 'globalThis.inlineRan = true'
    const foreign = document.createElement('script')
    foreign.src = 'https://elsewhere.example/x.js'
    const frame = document.createElement('iframe')
    frame.src = '/bedside/'
    document.body.append(inline, foreign, frame)
    // Not in this call: what DevTools runs may eval.
    const evalRan = await new Promise<boolean>((resolve) => {
      setTimeout(() => {
        try {
          resolve((Reflect.get(globalThis, 'eval') as (source: string) => boolean)('true'))
        } catch {
          resolve(false)
        }
      }, 0)
    })
    await fetch('http://elsewhere.example/').catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 500))
    return { seen: [...seen].toSorted(), inlineRan: 'inlineRan' in globalThis, evalRan }
  })
  expect(blocked).toEqual({
    seen: ['connect-src', 'frame-src', 'script-src', 'script-src-elem'],
    inlineRan: false,
    evalRan: false,
  })
  for (const path of ['/bedside/..%2fpackage.json', '/bedside/..%2f..%2fx.json', '/package.json', '/bedside/x.exe'])
    expect((await page.request.get(origin + path)).status()).toBeGreaterThanOrEqual(400)
})

test('page and worker share memory under these headers', async () => {
  await page.goto(`${origin}/bedside/bare.html`)
  const shared = await page.evaluate(async () => {
    const memory = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker('/bedside/assets/adder.js', { type: 'module' })
    const answered = new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data)
    })
    worker.postMessage(memory)
    const isIsolated = await answered
    worker.terminate()
    return { isIsolated, value: Atomics.load(memory, 0) }
  })
  expect(shared).toEqual({ isIsolated: true, value: 42 })
  expect(complaints).toEqual([])
})

test('promise 4: the app’s own inference worker runs the bundled model on WASM threads and agrees with its golden numbers', async () => {
  await page.goto(`${origin}/bedside/bare.html`)
  const bundled = join(folder, 'models/bundled')
  const json = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(bundled, name), 'utf8'))
  const manifest = modelManifestSchema.parse(await json('manifest.json'))
  const golden = goldenSchema.parse(await json('golden.json'))
  const workerFile = (await readdir(join(folder, 'assets'))).find((name) => name.startsWith('inference.worker-'))
  const workersBefore = await inferenceWorkers()

  const loaded = await page.evaluate(
    async ({ url, form }) => {
      const worker = new Worker(url, { type: 'module', name: 'inference' })
      const ask = (message: object, transfer: Transferable[] = []): Promise<unknown> => {
        worker.postMessage(message, transfer)
        return new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = (event) => reject(new Error(event.message))
        })
      }
      Object.assign(globalThis, { ask })
      const onnx = await (await fetch('/bedside/models/bundled/model.onnx')).arrayBuffer()
      return ask({ type: 'load', number: 0, onnx, form })
    },
    { url: `/bedside/assets/${workerFile}`, form: { input: manifest.input, output: manifest.output } },
  )
  const cores = await page.evaluate(() => navigator.hardwareConcurrency)
  expect(loaded).toMatchObject({ type: 'loaded', threads: Math.min(4, cores) })

  const result = await runSelfTest(manifest, golden, async (features, windows) => {
    const reply = await page.evaluate(
      async ({ values, count }) => {
        const { ask } = globalThis as unknown as { ask: (message: object) => Promise<{ logits: Float32Array }> }
        const { logits } = await ask({ type: 'score', number: 1, features: new Float32Array(values), windows: count })
        return [...logits]
      },
      { values: [...features], count: windows },
    )
    return new Float32Array(reply)
  })
  expect(result).toMatchObject({ passed: true, problem: null })
  expect(result.maxLogitError).toBeLessThan(1e-3)

  // Every thread but the first is a worker of its own, started from the same file.
  expect((await inferenceWorkers()) - workersBefore).toBe(Math.min(4, cores))
  expect(complaints).toEqual([])
})

test('the app from a folder starts without that server once it was opened, says what needs the desktop app, and saves diagnostics', async () => {
  const own = await serveFolder(folder)
  await page.goto(`${own.origin}/bedside/`)
  await expect(page.getByTestId('enrol-code')).toBeVisible({ timeout: 60_000 })
  const manifest: unknown = await page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]')
    return link === null ? null : (await fetch(link.href)).json()
  })
  expect(manifest).toMatchObject({ id: '/bedside/', display: 'standalone' })
  // Installed and everything kept: from now on no server is needed.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  await own.close()
  await page.reload()
  await expect(page.getByTestId('enrol-code')).toBeVisible({ timeout: 60_000 })
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)

  await page.getByTestId('about-link').click()
  await expect(page.getByTestId('app-form')).toHaveText('Page in a browser')
  await expect(page.locator('[data-testid^="desktop-only-"]')).toHaveCount(7)
  await expectAccessible(page, 'about')
  await expect(page.getByTestId('desktop-only-copy')).toContainText('not here')
  const download = page.waitForEvent('download')
  await page.getByTestId('save-diagnostics').click()
  const saved = await download
  expect(saved.suggestedFilename()).toMatch(/^spira-edge-diagnostics-[\d-]+\.json$/)
  const bundle: unknown = JSON.parse(await readFile(await saved.path(), 'utf8'))
  expect(bundle).toMatchObject({ versions: { app: '0.1.0' }, page: { isolated: true, outbox: { waiting: 0 } } })
})

test('with the shell’s bridge in the page the help says so, names the update that is ready and saves the diagnostics through it', async () => {
  await page.addInitScript(() => {
    const asked: string[] = []
    const says = (call: string, value: unknown) => () => {
      asked.push(call)
      return Promise.resolve({ ok: true, value })
    }
    Object.assign(globalThis, {
      asked,
      spiraShell: {
        about: says('about', {
          version: '0.1.0',
          platform: 'linux',
          kiosk: false,
          serverUrl: 'https://spira.hospital.example',
          site: 'Ward 3',
        }),
        loadKey: says('loadKey', null),
        keepKey: says('keepKey', null),
        listJournals: says('listJournals', []),
        listWithdrawals: says('listWithdrawals', []),
        note: says('note', null),
        updateState: says('updateState', { kind: 'ready', version: '1.5.0' }),
        installUpdate: says('installUpdate', 'installing'),
        onUpdate: () => undefined,
        onQuitAsked: () => undefined,
        setEncounterOpen: says('setEncounterOpen', null),
        saveDiagnostics: says('saveDiagnostics', { saved: true }),
      },
    })
  })
  await openApp()
  await page.getByTestId('about-link').click()
  await expect(page.getByTestId('app-form')).toHaveText('Desktop app')
  await expect(page.getByText('Version 1.5.0 is ready')).toBeVisible()
  await expect(page.getByText('Ward 3')).toBeVisible()
  await expect(page.getByTestId('desktop-only-copy')).not.toContainText('not here')
  await page.getByTestId('save-diagnostics').click()
  await expect
    .poll(() => page.evaluate(() => Reflect.get(globalThis, 'asked') as string[]))
    .toContain('saveDiagnostics')
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0)
})
