import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const node = join(root, 'node_modules/.bin/node')
const spira = join(root, 'training-server/cli/spira.ts')
/** With the PostgreSQL it brings along, whatever this shell names. */
const { DATABASE_URL: _other, ...surroundings } = process.env
const env = { ...surroundings, SPIRA_LOG_LEVEL: 'error' }

async function run(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(node, [spira, ...args], { cwd: root, env })).stdout
}

/** The real training server as a process of its own, which can be killed as a power cut would. */
export class TrainingServerProcess {
  folder: string
  readonly #folders: string[] = []
  #process: ChildProcess | null = null
  #port = 0

  private constructor(folder: string) {
    this.folder = folder
  }

  static async start(): Promise<TrainingServerProcess> {
    const server = new TrainingServerProcess(await mkdtemp(join(tmpdir(), 'spira-sync-')))
    await server.start()
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Starts it, again at the address it had. */
  async start(): Promise<void> {
    const args = [spira, 'server', '--data', this.folder, '--port', String(this.#port), '--no-worker']
    const child = spawn(node, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#process = child
    for await (const line of createInterface({ input: child.stdout })) {
      const ready = /ready on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)
      if (ready === null) continue
      this.#port = Number(ready[1])
      child.stdout.resume()
      return
    }
    throw new Error('the training server ended before it was ready')
  }

  /** kill -9: nothing is flushed, closed or said goodbye to. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM')
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#process
    if (child === null) return
    this.#process = null
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  async remove(): Promise<void> {
    await this.stop()
    for (const folder of [this.folder, ...this.#folders]) await rm(folder, { recursive: true, force: true })
  }

  /** @returns the folder of a backup, made while it runs. */
  async backup(): Promise<string> {
    const out = await mkdtemp(join(tmpdir(), 'spira-sync-backup-'))
    this.#folders.push(out)
    await run(['backup', '--data', this.folder, '--out', out])
    return out
  }

  /** Its machine is lost: from the backup it comes back in another folder, at another address. */
  async restore(from: string): Promise<void> {
    await this.kill()
    this.#port = 0
    this.#folders.push(this.folder)
    this.folder = await mkdtemp(join(tmpdir(), 'spira-sync-'))
    await run(['restore', '--data', this.folder, '--from', from])
    await this.start()
  }

  async enrolmentCode(): Promise<string> {
    const stdout = await run(['enrolment-code', '--data', this.folder, '--site', 'Ward', '--simulated', '--json'])
    return (JSON.parse(stdout) as { code: string }).code
  }

  /** Paths of the files on the server's disk whose name holds this hash. */
  async filesNamed(sha256: string): Promise<readonly string[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile() && entry.name.includes(sha256))
      .map(({ parentPath, name }) => join(parentPath, name))
  }
}
