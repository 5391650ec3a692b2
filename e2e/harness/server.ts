import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '../..')
const spira = join(root, 'training-server/cli/spira.ts')

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** The real training server as a process of its own, on its embedded database, with its worker. */
export class TestServer {
  readonly data: string
  readonly port: number
  /** Printed once, at the first start. */
  oneTimePassword = ''
  readonly output: string[] = []
  #process: ChildProcess | null = null

  constructor(data: string, port: number) {
    this.data = data
    this.port = port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [spira, 'server', '--data', this.data, '--port', String(this.port)], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    const ready = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the server was not ready in 60 s:\n${this.output.join('\n')}`)),
        60_000,
      )
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${this.output.join('\n')}`)))
      const onLine = (line: string): void => {
        this.output.push(line)
        this.oneTimePassword ||= /one-time password "([^"]+)"/.exec(line)?.[1] ?? ''
        if (!line.startsWith('spira server ready on')) return
        clearTimeout(timer)
        resolve()
      }
      createInterface({ input: child.stdout }).on('line', onLine)
      createInterface({ input: child.stderr }).on('line', onLine)
    })
    await ready
  }

  /** `SIGKILL`: as a power cut takes it. `SIGTERM`: a clean stop. */
  async stop(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> {
    const child = this.#process
    this.#process = null
    if (child === null || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  /** A one-time enrolment code for a site, made as the administrator would on the command line. */
  enrolmentCode(site: string, ...options: readonly string[]): string {
    const { code } = JSON.parse(
      this.spira('enrolment-code', '--data', this.data, '--site', site, '--json', ...options),
    ) as { code: string }
    return code
  }

  /** Where the disk blob store keeps a blob. */
  blobPath(sha256: string): string {
    return join(this.data, 'blobs', sha256.slice(0, 2), sha256)
  }

  spira(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(process.execPath, [spira, ...args], { cwd: root, encoding: 'utf8' })
    if (status !== 0) throw new Error(`spira ${args[0]} ended with ${status}: ${stderr}${stdout}`)
    return stdout
  }
}
