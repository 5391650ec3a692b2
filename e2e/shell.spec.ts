import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, expect, type Page, test } from '@playwright/test'
import { goldenSchema, modelManifestSchema } from '@spira/shared/model/manifest.ts'
import { runSelfTest } from '@spira/shared/model/selfTest.ts'
import { build } from 'vite'
import { createAppProtocol } from '../electron/appProtocol.ts'
import { securityHeaders } from '../electron/contentSecurity.ts'

/** The built app in Chromium, served by the very handler the shell puts behind app://, under its headers. */

let folder: string
let server: Server
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
  const answer = createAppProtocol(folder)
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = await answer(new Request(`app://spira${request.url ?? '/'}`, { method: request.method ?? 'GET' }))
    response.writeHead(reply.status, Object.fromEntries(reply.headers))
    response.end(Buffer.from(await reply.arrayBuffer()))
  }
  server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await chromium.launch({
    executablePath: process.env['SPIRA_BROWSER'] || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking'],
  })
})
test.afterAll(async () => {
  await browser.close()
  server.close()
  await rm(folder, { recursive: true })
})

test.beforeEach(async () => {
  page = await browser.newPage({ locale: 'en-US' })
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
test.afterEach(() => page.close())

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
