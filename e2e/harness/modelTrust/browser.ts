import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import type { TufRepository } from '@spira/shared/release/testing/tufRepository.ts'
import { build } from 'vite'
import type { ModelTrustPage } from './page.ts'

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

/** The page in a real browser, isolated and under the app's policy, before a repository that a test bends. */
export interface TrustBrowser {
  /** What is served below /repository/ from now on. */
  serve(repository: TufRepository): void
  newPage(): Promise<Page>
  close(): Promise<void>
}

export async function openTrustBrowser(): Promise<TrustBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'model-trust-'))
  await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, target: 'es2024' },
  })
  let repository: TufRepository | null = null
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : decodeURIComponent(request.url ?? '')
    const inRepository = '/repository/'
    const headers = { ...HEADERS, 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }
    if (path.startsWith(inRepository) && repository !== null) {
      repository.answer(path.slice(inRepository.length), response, headers)
      return
    }
    readFile(join(folder, path)).then(
      (bytes) => response.writeHead(200, headers).end(bytes),
      () => response.writeHead(404, headers).end(),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const browser = await chromium.launch({
    executablePath: process.env['SPIRA_BROWSER'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  return {
    serve(next) {
      repository = next
    },
    async newPage() {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      return page
    },
    async close() {
      await browser.close()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** One call of the page's functions. */
export const onPage = <Name extends keyof ModelTrustPage>(
  page: Page,
  name: Name,
  ...args: Parameters<ModelTrustPage[Name]>
): ReturnType<ModelTrustPage[Name]> =>
  page.evaluate(
    (call) => {
      const { modelTrust } = globalThis as unknown as {
        modelTrust: Record<string, (...given: readonly unknown[]) => unknown>
      }
      return modelTrust[call.name]?.(...call.args)
    },
    { name, args },
  ) as ReturnType<ModelTrustPage[Name]>
