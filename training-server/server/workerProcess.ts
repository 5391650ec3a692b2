import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'

const SPIRA = fileURLToPath(new URL('../cli/spira.ts', import.meta.url))
const RESTART_MS = 3000

/** The worker beside the server: started again when it ends by itself. It ends when the channel to us closes (jobs/worker.ts). */
export class WorkerProcess {
  readonly #dataFolder: string
  readonly #log: Logger
  #child: ChildProcess | null = null
  #restart: NodeJS.Timeout | null = null
  #stopping = false

  constructor(dataFolder: string, log: Logger) {
    this.#dataFolder = dataFolder
    this.#log = log
  }

  start(): void {
    // Standard output stays the server's own: its lines are read by programs.
    const child = fork(SPIRA, ['worker', '--data', this.#dataFolder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#child = child
    child.once('exit', (code, signal) => {
      if (this.#stopping) return
      this.#log.warn({ code, signal }, 'the worker ended; starting another')
      this.#restart = setTimeout(() => this.start(), RESTART_MS)
    })
  }

  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#restart !== null) clearTimeout(this.#restart)
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
}
