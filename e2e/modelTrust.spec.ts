import { expect, test, type Page } from '@playwright/test'
import { tinyModel } from '@spira/shared/model/testing/tinyModel.ts'
import { inDays, newSigner, TufRepository } from '@spira/shared/release/testing/tufRepository.ts'
import { onPage, openTrustBrowser, type TrustBrowser } from './harness/modelTrust/browser.ts'

/** The release verifier on the browser's own WebCrypto and the inference worker on its WASM, isolated and under the app's policy. */

let browser: TrustBrowser
let page: Page
let repository: TufRepository

test.beforeAll(async () => {
  browser = await openTrustBrowser()
})
test.afterAll(() => browser.close())

test.beforeEach(async () => {
  repository = new TufRepository()
  const { manifest, onnx, golden } = await tinyModel()
  const files = { manifest: Buffer.from(JSON.stringify(manifest)), onnx, golden }
  repository.addRelease({ sequence: 1, modelId: manifest.modelId, version: manifest.version, files })
  repository.publish()
  browser.serve(repository)
  page = await browser.newPage()
  await onPage(page, 'enrol', repository.files.get('metadata/1.root.json')?.toString() ?? '')
})
test.afterEach(() => page.close())

const refresh = () => onPage(page, 'refresh')
const selfTest = () => onPage(page, 'selfTest')
const failures = () => onPage(page, 'failures')

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
