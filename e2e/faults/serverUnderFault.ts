import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../', import.meta.url))
const spira = join(root, 'training-server/cli/spira.ts')
const { DATABASE_URL: _other, ...surroundings } = process.env
const env = { ...surroundings, SPIRA_LOG_LEVEL: 'warn' }

/** The training server with its worker, and its PostgreSQL, as processes that are killed, on a disk that can be filled. */
export class ServerUnderFault {
  readonly folder: string
  /** Whether the data folder is a small disk of its own (a tmpfs, which needs root). */
  readonly disk: 'small' | 'shared'
  port = 0
  /** Every line of every server process and its worker. */
  readonly log: string[] = []
  #server: ChildProcess | null = null

  private constructor(folder: string, disk: 'small' | 'shared') {
    this.folder = folder
    this.disk = disk
  }

  static async make(): Promise<ServerUnderFault> {
    const folder = await mkdtemp(join(tmpdir(), 'spira-faults-'))
    return new ServerUnderFault(folder, mountSmallDisk(folder) ? 'small' : 'shared')
  }

  /** Starts what is not running; the server at the port it had. Tried until it is ready: a database may need a moment to recover. */
  async start(): Promise<void> {
    for (let attempt = 0; this.#server === null; attempt += 1) {
      if (attempt === 10) throw new Error('the server could not be started again')
      await this.#startServer()
    }
  }

  async #startServer(): Promise<void> {
    const args = [spira, 'server', '--data', this.folder, '--port', String(this.port)]
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    createInterface({ input: child.stderr }).on('line', (line) => this.log.push(line))
    for await (const line of createInterface({ input: child.stdout })) {
      const ready = /ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)
      if (ready === null) continue
      this.port = Number(ready[1])
      this.#server = child
      child.stdout.resume()
      return
    }
    await setTimeout(500)
  }

  async killServer(): Promise<void> {
    await kill(this.#server)
    this.#server = null
  }

  /** The server's own child; it starts another by itself. */
  async killWorker(): Promise<void> {
    const pid = await this.#workerPid()
    if (pid !== null) process.kill(pid, 'SIGKILL')
  }

  async #workerPid(): Promise<number | null> {
    const server = this.#server?.pid
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue
      const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      const command = parent === server ? await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '') : ''
      if (command.split('\0').includes('worker')) return Number(entry)
    }
    return null
  }

  /** One that is just starting again has no number yet, or still that of the one before. */
  async killPostgres(): Promise<void> {
    const path = join(this.folder, 'postgres', 'postmaster.pid')
    for (const until = Date.now() + 30_000; ; await setTimeout(100)) {
      const pid = Number((await readFile(path, 'utf8').catch(() => '')).split('\n')[0])
      if (pid > 0 && isKilled(pid)) return
      if (Date.now() > until) throw new Error(`no PostgreSQL that runs has its number in ${path}`)
    }
  }

  async fillDisk(): Promise<void> {
    const ballast = join(this.folder, 'ballast')
    for (let size = 64 * 1024 * 1024; size >= 4096;) {
      try {
        await writeFile(ballast, Buffer.alloc(size), { flag: 'a' })
      } catch {
        size /= 2
      }
    }
  }

  emptyDisk(): Promise<void> {
    return rm(join(this.folder, 'ballast'), { force: true })
  }

  async enrolmentCode(): Promise<string> {
    const args = [spira, 'enrolment-code', '--data', this.folder, '--site', 'Ward', '--simulated', '--json']
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, env })
    return (JSON.parse(stdout) as { code: string }).code
  }

  /** Ends the processes; the data stay. */
  async stop(): Promise<void> {
    await kill(this.#server, 'SIGTERM')
    this.#server = null
  }

  async remove(): Promise<void> {
    await this.stop()
    if (this.disk === 'small') execFileSync('umount', ['--lazy', this.folder])
    await rm(this.folder, { recursive: true, force: true })
  }
}

function mountSmallDisk(folder: string): boolean {
  if (userInfo().uid !== 0) return false
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600m,mode=0711', 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

async function kill(child: ChildProcess | null, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** Whether there was such a process to kill. */
function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}
