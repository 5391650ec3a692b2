import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from '@playwright/test'
import { freePort, TestServer } from './server.ts'

/** A server of its own and a browser beside it, for proofs of the console. */
export interface ConsoleBed {
  readonly folder: string
  readonly server: TestServer
  readonly browser: Browser
  readonly stop: () => Promise<void>
}

/** `name` is part of the folder's, so that what a killed test left can be told. */
export async function startConsoleBed(name: string): Promise<ConsoleBed> {
  const folder = await mkdtemp(join(tmpdir(), `spira-${name}-`))
  // Run as root, the server runs PostgreSQL as another user, who must be able to enter.
  await chmod(folder, 0o711)
  const server = new TestServer(join(folder, 'data'), await freePort())
  await server.start()
  const browser = await chromium.launch({
    executablePath: process.env['SPIRA_BROWSER'] || '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  return {
    folder,
    server,
    browser,
    async stop() {
      await browser.close()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
