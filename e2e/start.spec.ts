import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { freePort } from './harness/server.ts'

/** `npm start` from its second step on (everything is installed), without a window. */

const root = join(import.meta.dirname, '..')
const PASSWORD = /one-time password "([^"]+)"/
let folder: string
const running: ChildProcess[] = []

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spira-start-'))
})

test.afterEach(async () => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGINT')
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
})

/** Starts it; `output` grows. `ended` resolves with the exit code. */
function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(root, 'scripts/start.ts'), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  })
  running.push(child)
  const run = { child, output: '', ended: once(child, 'exit').then(([code]) => code as number | null) }
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (run.output += data.toString()))
  return run
}

const serverIdAt = async (port: number): Promise<string> => {
  const reply = await fetch(`http://127.0.0.1:${port}/api/health`)
  return ((await reply.json()) as { serverId: string }).serverId
}

test('starts, says where everything is, stops whole at Ctrl-C, and finds its data again', async () => {
  const data = join(folder, 'data')
  const port = await freePort()
  const args = ['--data', data, '--port', String(port), '--window', 'none']

  const first = start(args)
  await expect.poll(() => first.output, { timeout: 120_000 }).toContain('Ctrl-C')
  expect(first.output).toMatch(PASSWORD)
  expect(first.output).toContain(`http://127.0.0.1:${port}/bedside/#enrol=`)
  const serverId = await serverIdAt(port)
  first.child.kill('SIGINT')
  expect(await first.ended).toBe(0)
  await expect(fetch(`http://127.0.0.1:${port}/api/health`)).rejects.toThrow()
  expect(await readdir(join(data, 'postgres'))).not.toContain('postmaster.pid')

  const second = start(args)
  await expect.poll(() => second.output, { timeout: 120_000 }).toContain('Ctrl-C')
  expect(second.output).not.toMatch(PASSWORD)
  expect(await serverIdAt(port)).toBe(serverId)
  second.child.kill('SIGTERM')
  expect(await second.ended).toBe(0)
})

test('a taken port gets a sentence that says what to do', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = address === null || typeof address === 'string' ? 0 : address.port
  const run = start(['--data', join(folder, 'data'), '--port', String(port), '--window', 'none'])
  expect(await run.ended).toBe(1)
  taken.close()
  expect(run.output).toMatch(new RegExp(`${port}.*(another|other|--port|SPIRA_PORT)`, 's'))
  expect(run.output).not.toMatch(/\n\s+at /)
})

test('a data folder that cannot be written gets a sentence that says what to do', async () => {
  const file = join(folder, 'in-the-way')
  await writeFile(file, '')
  await chmod(file, 0o444)
  const run = start(['--data', join(file, 'data'), '--port', String(await freePort()), '--window', 'none'])
  expect(await run.ended).toBe(1)
  expect(run.output).toMatch(/in-the-way.*(--data|SPIRA_DATA|another folder)/s)
  expect(run.output).not.toMatch(/\n\s+at /)
})

test('a machine without a browser gets the address and the reason', async () => {
  const port = await freePort()
  const run = start(['--data', join(folder, 'data'), '--port', String(port)], {
    SPIRA_BROWSER: join(folder, 'no-browser'),
    DISPLAY: ':99',
  })
  await expect.poll(() => run.output, { timeout: 120_000 }).toContain('Ctrl-C')
  expect(run.output).toMatch(/neither Electron nor Chromium/)
  expect(run.output).toContain(`http://127.0.0.1:${port}/bedside/#enrol=`)
  run.child.kill('SIGINT')
  expect(await run.ended).toBe(0)
})
