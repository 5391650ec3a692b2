import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'

const BIN = '/usr/lib/postgresql/15/bin'
const run = promisify(execFile)

export const debianPostgresIsInstalled = (): boolean => existsSync(join(BIN, 'postgres'))

/** PostgreSQL as Debian brings it, on a folder and a port of its own: what DATABASE_URL would name in a clinic's data centre. */
export async function startDebianPostgres(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'spira-debian-postgres-'))
  const data = join(folder, 'data')
  // PostgreSQL refuses to run as root.
  const asUser = userInfo().uid === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : []
  const command = (name: string, ...args: readonly string[]): [string, string[]] => {
    const [first = name, ...rest] = [...asUser, join(BIN, name), ...args]
    return [first, rest]
  }
  await chmod(folder, 0o755)
  if (asUser.length > 0) await run('chown', ['postgres:postgres', folder])
  await run(...command('initdb', '-D', data, '-U', 'spira', '--auth=trust', '--encoding=UTF8', '--locale=C'))
  const port = await freePort()
  const child = spawn(
    ...command('postgres', '-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-k', folder),
    {
      stdio: 'ignore',
    },
  )
  const url = `postgres://spira@127.0.0.1:${port}/postgres`
  await untilItAnswers(url)
  return {
    url,
    stop: async () => {
      const ended = once(child, 'exit')
      // Fast shutdown: sessions are ended.
      child.kill('SIGINT')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function untilItAnswers(url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new Client({ connectionString: url })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (attempt === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
