import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, expect, test, type Browser, type Page } from '@playwright/test'
import { tinyModel } from '@spira/shared/model/testing/tinyModel.ts'
import { inDays, newSigner, TufRepository } from '@spira/shared/release/testing/tufRepository.ts'
import { build } from 'vite'
import type { ModelTrustPage } from './harness/modelTrust/page.ts'

/** The release verifier on the browser's own WebCrypto and the inference worker on its WASM, isolated and under the app's policy. */

const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
}
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
}

let folder: string
let server: Server
let browser: Browser
let page: Page
let repository: TufRepository

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-trust-'))
  const root = fileURLToPath(new URL('./harness/modelTrust', import.meta.url))
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, target: 'es2024' },
  })
  server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : decodeURIComponent(request.url ?? '')
    const inRepository = '/repository/'
    const answer = (bytes: Buffer | undefined): void => {
      response.writeHead(bytes === undefined ? 404 : 200, {
        ...HEADERS,
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      })
      response.end(bytes)
    }
    if (path.startsWith(inRepository)) answer(repository.files.get(path.slice(inRepository.length)))
    else readFile(join(folder, path)).then(answer, () => answer(undefined))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  browser = await chromium.launch({
    executablePath: process.env['SPIRA_BROWSER'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})
test.afterAll(async () => {
  await browser.close()
  server.close()
  await rm(folder, { recursive: true })
})

test.beforeEach(async () => {
  repository = new TufRepository()
  const { manifest, onnx, golden } = await tinyModel()
  const files = { manifest: Buffer.from(JSON.stringify(manifest)), onnx, golden }
  repository.addRelease({ sequence: 1, modelId: manifest.modelId, version: manifest.version, files })
  repository.publish()
  page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  await page.evaluate(() => (globalThis as unknown as { modelTrust: ModelTrustPage }).modelTrust.enrol())
})
test.afterEach(() => page.close())

const refresh = () =>
  page.evaluate(() => (globalThis as unknown as { modelTrust: ModelTrustPage }).modelTrust.refresh())
const selfTest = () =>
  page.evaluate(() => (globalThis as unknown as { modelTrust: ModelTrustPage }).modelTrust.selfTest())
const failures = () =>
  page.evaluate(() => (globalThis as unknown as { modelTrust: ModelTrustPage }).modelTrust.failures())

test('promise 4: a signed release loads in the worker and passes its self-test in Chromium; failures have their codes', async () => {
  expect(await refresh()).toBe('accepted')
  const result = await selfTest()
  expect(result).toMatchObject({ passed: true, problem: null })
  if (typeof result === 'string') throw new TypeError(result)
  expect(result.threads).toBeGreaterThanOrEqual(1)
  expect(result.maxFeatureError).toBeLessThan(1e-6)
  expect(result.maxLogitError).toBeLessThan(1e-4)
  expect(await failures()).toEqual(['runtime_failed', 'runtime_timeout', 'runtime_failed'])
})

test('promise 5: Chromium refuses what is tampered, older, expired, mixed or signed by another key', async () => {
  expect(await refresh()).toBe('accepted')
  const older = repository.files.get('metadata/timestamp.json')
  if (older === undefined) throw new TypeError('no timestamp')
  repository.publish()
  expect(await refresh()).toBe('accepted')
  const newer = repository.files.get('metadata/timestamp.json')
  if (newer === undefined) throw new TypeError('no timestamp')
  repository.files.set('metadata/timestamp.json', older)
  expect(await refresh()).toBe('version_rollback')
  repository.files.set('metadata/timestamp.json', newer)

  repository.publish()
  const version = repository.targets.version
  const targets = repository.files.get(`metadata/${version}.targets.json`)
  repository.files.set(
    `metadata/${version}.targets.json`,
    repository.files.get(`metadata/${version - 1}.targets.json`) ?? Buffer.alloc(0),
  )
  expect(await refresh()).toMatch(/hash_mismatch|length_mismatch/)
  repository.files.set(`metadata/${version}.targets.json`, targets ?? Buffer.alloc(0))
  expect(await refresh()).toBe('accepted')

  repository.snapshot.expires = inDays(-1)
  repository.publish()
  expect(await refresh()).toBe('metadata_expired')
  repository.snapshot.expires = inDays(1)

  const { timestamp } = repository.signers
  repository.signers.timestamp = [newSigner()]
  repository.publish()
  expect(await refresh()).toBe('signature_invalid')
  repository.signers.timestamp = timestamp
  repository.publish()
  expect(await refresh()).toBe('accepted')

  const previous = repository.signers.root
  repository.signers.root = [newSigner()]
  repository.publishRoot({}, previous)
  expect(await refresh()).toBe('accepted')

  const path = [...repository.files.keys()].find((name) => name.endsWith('.model.onnx')) ?? ''
  const onnx = Buffer.from(repository.files.get(path) ?? '')
  onnx.writeUInt8(onnx.readUInt8(50) ^ 1, 50)
  repository.files.set(path, onnx)
  expect(await selfTest()).toBe('hash_mismatch')
})
