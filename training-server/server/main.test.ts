import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { stopPostgres } from '../db/postgres.ts'

const SPIRA = fileURLToPath(new URL('../cli/spira.ts', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'spira-server-'))
const dataFolder = join(folder, 'data')
const started: ChildProcess[] = []
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL')
  await stopPostgres(dataFolder)
  await rm(folder, { recursive: true, force: true })
})

/** The server as a process of its own; resolves when it is ready or has ended. */
const server = (...args: readonly string[]) => spira('server', '--data', dataFolder, '--port', '0', ...args)

async function spira(...args: readonly string[]) {
  const child = spawn(process.execPath, [SPIRA, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  const output = { stdout: '', stderr: '' }
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)))
  const ended = once(child, 'close') as Promise<[number | null]>
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      output.stdout += String(chunk)
      if (/ready on|"event":"ready"/.test(output.stdout)) resolve()
    })
  })
  await Promise.race([ready, ended])
  const url = /ready on (\S+)/.exec(output.stdout)?.[1]
  return { child, output, ended, url }
}
/** What a process said, one JSON object a line. */
const events = ({ output }: { readonly output: { readonly stdout: string } }) =>
  output.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; url?: string })
/** Processes of this data folder's workers. */
async function workers(): Promise<string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(`worker\0--data\0${dataFolder}\0`))
}
const healthy = async (url: string | undefined) =>
  (await fetch(`${url}/api/health`)).json() as Promise<{ serverId: string }>

let serverId = ''

test('the first start says the password once, logs it nowhere, and stops cleanly', async () => {
  const first = await server('--no-worker')
  const password = /^First sign-in: user "admin", one-time password "(\S+)" \(shown once\)$/m.exec(
    first.output.stdout,
  )?.[1]
  expect(password).toHaveLength(20)
  serverId = (await healthy(first.url)).serverId
  first.child.kill('SIGTERM')
  expect((await first.ended)[0]).toBe(0)
  expect(first.output.stderr).not.toContain(password)
  expect((await readdir(join(dataFolder, 'postgres'))).includes('postmaster.pid')).toBe(false)
}, 120_000)

test('two servers never share a data folder, and the second says so', async () => {
  const first = await server()
  expect(first.output.stdout).not.toContain('one-time')
  const second = await server('--no-worker')
  expect((await second.ended)[0]).toBe(1)
  expect(second.output.stderr).toBe(
    `spira server: Another Spira server uses the data in ${dataFolder}. Stop it first, or choose another folder with --data.\n`,
  )
  expect((await healthy(first.url)).serverId).toBe(serverId)
  // Killed as by a power cut: its worker ends by itself, and the next start finds its database.
  expect(await workers()).toHaveLength(1)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  await expect.poll(workers, { timeout: 20_000 }).toEqual([])
  // For programs: one line when it is ready, one when it has stopped; of the worker too.
  const again = await server('--json')
  const [ready] = events(again)
  expect(ready).toMatchObject({ event: 'ready', pid: again.child.pid, oneTimePassword: null })
  expect((await healthy(ready?.url)).serverId).toBe(serverId)
  const worker = await spira('worker', '--data', dataFolder, '--json')
  worker.child.kill('SIGTERM')
  expect((await worker.ended)[0]).toBe(0)
  expect(events(worker)).toEqual([{ event: 'ready', pid: worker.child.pid }, { event: 'stopped' }])
  again.child.kill('SIGINT')
  expect((await again.ended)[0]).toBe(0)
  expect(events(again).map(({ event }) => event)).toEqual(['ready', 'stopped'])

  // Killed when its worker has hardly begun to load.
  const hasty = await server()
  hasty.child.kill('SIGKILL')
  await once(hasty.child, 'exit')
  await expect.poll(workers, { timeout: 20_000 }).toEqual([])
}, 300_000)

test('a taken port is said in a sentence', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const refused = await server('--no-worker', '--port', String(port))
  expect((await refused.ended)[0]).toBe(1)
  expect(refused.output.stderr).toContain(
    `spira server: Port ${port} is taken by another program. Stop it, or choose another with --port.`,
  )
  other.close()
}, 120_000)

test('a data folder that is a file, and options that are none, are said in a sentence', async () => {
  const file = join(folder, 'file')
  await writeFile(file, 'mine')
  const refused = await server('--data', file)
  expect([(await refused.ended)[0], refused.output.stderr]).toEqual([
    1,
    `spira server: The data folder ${file} cannot be written. Give this user the right to, or choose another with --data.\n`,
  ])
  expect(await readFile(file, 'utf8')).toBe('mine')
  const wrong = await server('--port', 'many')
  expect([(await wrong.ended)[0], wrong.output.stderr.split('\n')[0]]).toEqual([2, 'spira server: "many" is no port'])
}, 60_000)
