import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const spira = fileURLToPath(new URL('../../training-server/cli/spira.ts', import.meta.url))

/** Worker processes on a data folder. */
export class Workers {
  readonly #data: string
  readonly #children: ChildProcess[] = []

  constructor(data: string) {
    this.#data = data
  }

  /** @returns when each of them has said that it takes jobs. */
  async start(count: number): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      const child = spawn(process.execPath, [spira, 'worker', '--data', this.#data], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, SPIRA_LOG_LEVEL: 'error' },
      })
      this.#children.push(child)
      await once(child.stdout, 'data')
      child.stdout.resume()
    }
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    }
  }
}
