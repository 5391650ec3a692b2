import { execFile } from 'node:child_process'
import { chown, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { postgresBinaries, postgresCommand, postgresUser } from './postgresBinaries.ts'

const run = promisify(execFile)

/** One PostgreSQL cluster in one folder: made once, started, found again, stopped. */
export class PostgresCluster {
  readonly #folder: string
  readonly #password: string

  constructor(folder: string, password: string) {
    this.#folder = folder
    this.#password = password
  }

  /** Makes the cluster unless it is there. Made aside and renamed, so that an interrupted one is never half there. */
  async initialise(): Promise<void> {
    if (await exists(join(this.#folder, 'PG_VERSION'))) return
    const { initdb } = await postgresBinaries()
    const user = postgresUser()
    const fresh = await mkdtemp(`${this.#folder}-`)
    const secrets = await mkdtemp(join(tmpdir(), 'spira-initdb-'))
    const passwordFile = join(secrets, 'password')
    try {
      await writeFile(passwordFile, `${this.#password}\n`, { mode: 0o600 })
      if (user !== null) for (const path of [fresh, secrets, passwordFile]) await chown(path, user.uid, user.gid)
      const flags = [
        '--username=spira',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        `--pwfile=${passwordFile}`,
      ]
      const { file, args, options } = postgresCommand(initdb, ['-D', fresh, ...flags], fresh)
      await run(file, args, options).catch((error) => explainInit(error, this.#folder))
      // Fails when another process was first: theirs has the same password, and ours is thrown away.
      await rename(fresh, this.#folder).catch(async (error: unknown) => {
        if (!(await exists(join(this.#folder, 'PG_VERSION')))) throw error
      })
    } finally {
      await rm(secrets, { recursive: true, force: true })
      await rm(fresh, { recursive: true, force: true })
    }
  }

  /** @returns the port it listens on, whether it was started here or found running. */
  async start(): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      const running = await this.#runningPort()
      if (running !== null) return running
      // Where it was, so that whoever used it before it was killed finds it again.
      const port = await freePort(attempt === 1 ? await this.#lastPort() : 0)
      try {
        await this.#control(
          'start',
          '-l',
          join(this.#folder, 'server.log'),
          '-o',
          `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''`,
        )
        return port
      } catch (error) {
        if (attempt === 3 && (await this.#runningPort()) === null) throw await this.#explain(error)
      }
    }
  }

  /** Whether its process is there. */
  async isRunning(): Promise<boolean> {
    return (await this.#postmaster()) !== null
  }

  async stop(): Promise<void> {
    if ((await this.#postmaster()) !== null) await this.#control('stop', '-m', 'fast')
  }

  async #control(...args: readonly string[]): Promise<void> {
    const { pgCtl } = await postgresBinaries()
    const waiting = [...args, '-D', this.#folder, '-w', '-t', '60', '-s']
    const command = postgresCommand(pgCtl, waiting, this.#folder)
    // pg_ctl's child would inherit our pipes and keep execFile waiting for their end: give it none.
    await new Promise<void>((resolve, reject) => {
      const child = execFile(command.file, command.args, command.options)
      child.on('error', reject)
      child.on('exit', (code) => {
        child.stdout?.destroy()
        child.stderr?.destroy()
        if (code === 0) resolve()
        else reject(new Error(`pg_ctl ${args[0]} ended with ${code}`))
      })
    })
  }

  /** Lines of postmaster.pid: 1 the process, 4 the port (PostgreSQL, src/include/utils/pidfile.h). */
  async #postmaster(): Promise<{ pid: number; port: number } | null> {
    const lines = (await readFile(join(this.#folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    const [pid, port] = [Number(lines[0]), Number(lines[3])]
    return pid > 0 && port > 0 && isAlive(pid) ? { pid, port } : null
  }

  /** The port of the command line it was last started with (postmaster.opts); 0: it never was. */
  async #lastPort(): Promise<number> {
    const options = await readFile(join(this.#folder, 'postmaster.opts'), 'utf8').catch(() => '')
    return Number(/"-p" "(\d+)"/.exec(options)?.[1] ?? 0)
  }

  async #runningPort(): Promise<number | null> {
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      const found = await this.#postmaster()
      if (found === null) return null
      const answer = await this.#probe(found.port)
      if (answer === 'ours') return found.port
      if (answer === 'nobody' && attempt >= 3 && !(await isPostgres(found.pid))) {
        // After a crash of the machine another program may have that process number; PostgreSQL would refuse to start.
        await rm(join(this.#folder, 'postmaster.pid'), { force: true })
        return null
      }
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    await this.stop()
    return null
  }

  async #probe(port: number): Promise<'ours' | 'nobody' | 'busy'> {
    const client = new Client({
      host: '127.0.0.1',
      port,
      user: 'spira',
      password: this.#password,
      database: 'postgres',
      connectionTimeoutMillis: 5000,
    })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query<{ folder: string }>("select current_setting('data_directory') as folder")
      return basename(rows[0]?.folder ?? '') === basename(this.#folder) ? 'ours' : 'nobody'
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'nobody' : 'busy'
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  async #explain(cause: unknown): Promise<Error> {
    const log = await readFile(join(this.#folder, 'server.log'), 'utf8').catch(() => '')
    const last = log.split('\n').findLast((line) => line.includes('FATAL'))
    return new Error(
      `PostgreSQL did not start in ${this.#folder}${last === undefined ? '' : ` (${last})`}. Its log is ${join(this.#folder, 'server.log')}.`,
      { cause },
    )
  }
}

function explainInit(cause: { stderr?: string; message: string }, folder: string): never {
  const text = cause.stderr ?? cause.message
  const hint = text.includes('ermission')
    ? `The user PostgreSQL runs as may not enter ${dirname(folder)}: choose another --data folder, run as an ordinary user, or set DATABASE_URL.`
    : text.trim().split('\n').at(-1)
  throw new Error(`The database could not be made in ${folder}. ${hint}`, { cause })
}

/** @param wanted taken when nobody else has it; 0: any. */
async function freePort(wanted: number): Promise<number> {
  const server = createServer()
  const listening = (port: number) =>
    new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  await listening(wanted).catch(() => listening(0))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** True where it cannot be known (no /proc): then the process is left alone. */
async function isPostgres(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null)
  return command === null || command.includes('postgres')
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
