import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from '@playwright/test'
import { build } from 'vite'

/** What every page of the app has: isolation, so that WASM has threads, and a policy under which only its own files run. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}
const policy = (connectTo: string) => ({
  'content-security-policy': `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' ${connectTo}`,
})
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
}

/** A page of e2e/harness, built, served under the app's headers and opened in Chromium. */
export interface IsolatedPage {
  open(): Promise<Page>
  close(): Promise<void>
}

/** Answers what is served beside the build; false for what it does not know. */
export type BesideBuild = (path: string, response: ServerResponse, headers: Readonly<Record<string, string>>) => boolean

/** @param name folder of e2e/harness with its index.html. */
export async function serveIsolated(
  name: string,
  {
    beside = () => false,
    browserArgs = [],
    isolation = 'as the app',
    connectTo = '',
  }: {
    readonly beside?: BesideBuild
    readonly browserArgs?: readonly string[]
    /** Without it WASM has one thread. */
    readonly isolation?: 'as the app' | 'none'
    /** A server that the page speaks to, as the desktop shell does. */
    readonly connectTo?: string
  } = {},
): Promise<IsolatedPage> {
  const folder = await mkdtemp(join(tmpdir(), `spira-${name}-`))
  await build({
    root: fileURLToPath(new URL(name, import.meta.url)),
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, target: 'es2024' },
  })
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : decodeURIComponent(request.url ?? '')
    const headers = {
      ...policy(connectTo),
      ...(isolation === 'none' ? {} : ISOLATION),
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    }
    if (beside(path, response, headers)) return
    readFile(join(folder, path)).then(
      (bytes) => response.writeHead(200, headers).end(bytes),
      () => response.writeHead(404, headers).end(),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const browser = await chromium.launch({
    executablePath: process.env['SPIRA_BROWSER'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', ...browserArgs],
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    async open() {
      const page = await browser.newPage()
      await page.goto(url)
      return page
    },
    async close() {
      await browser.close()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}
