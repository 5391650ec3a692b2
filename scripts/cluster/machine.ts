import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const spira = fileURLToPath(new URL('../../training-server/cli/spira.ts', import.meta.url))

/** One machine of the cluster: a process of ours on a data folder of its own, which shares the keys with the others and nothing else. */
export class Machine {
  readonly name: string
  readonly folder: string
  readonly #env: NodeJS.ProcessEnv
  #child: ChildProcess | null = null

  constructor(name: string, folder: string, env: NodeJS.ProcessEnv) {
    this.name = name
    this.folder = join(folder, name)
    this.#env = env
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** As a mounted secret would bring them. */
  async takeKeysOf(other: Machine): Promise<void> {
    await mkdir(this.folder, { recursive: true })
    await cp(join(other.folder, 'keys'), join(this.folder, 'keys'), { recursive: true })
  }

  /** @returns what its ready line names: the address of a server. */
  async start(...args: readonly string[]): Promise<string> {
    await mkdir(this.folder, { recursive: true })
    const child = spawn(process.execPath, [spira, ...args, '--data', this.folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...this.#env, SPIRA_LOG_LEVEL: 'error' },
    })
    this.#child = child
    for await (const line of createInterface({ input: child.stdout })) {
      const ready = /^spira \w+ ready(?: on (\S+))?/.exec(line)
      if (ready === null) continue
      child.stdout.resume()
      return ready[1] ?? ''
    }
    throw new Error(`${this.name} ended before it was ready.`)
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
}
