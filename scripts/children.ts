import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'

/** The processes a command started. Whatever ends the command, all of them are asked to end, and waited for. */
export class Children {
  readonly #running = new Set<ChildProcess>()
  #stopping: Promise<void> | null = null

  start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const child = spawn(command, args, options)
    this.#running.add(child)
    child.once('exit', () => this.#running.delete(child))
    child.once('error', () => this.#running.delete(child))
    return child
  }

  /** SIGTERM to each, SIGKILL to what is left after `graceMs`; resolves when none is left. */
  stop(graceMs = 15_000): Promise<void> {
    this.#stopping ??= this.#stopAll(graceMs)
    return this.#stopping
  }

  async #stopAll(graceMs: number): Promise<void> {
    const ended = [...this.#running].map((child) => new Promise<void>((resolve) => child.once('exit', () => resolve())))
    for (const child of this.#running) child.kill('SIGTERM')
    const deadline = setTimeout(() => {
      for (const child of this.#running) child.kill('SIGKILL')
    }, graceMs)
    await Promise.all(ended)
    clearTimeout(deadline)
  }
}
