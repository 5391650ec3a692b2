import { type ChildProcess, fork } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ImportFailure } from '@spira/shared/protocol/importsApi.ts'
import { type DecodeOrder, decodeReplySchema, type StagedAudio } from './stagedAudio.ts'

type Result = { readonly audio: StagedAudio } | { readonly failure: ImportFailure }

const HERE = dirname(fileURLToPath(import.meta.url))
const PROGRAM = dirname(dirname(dirname(HERE)))
const LONGEST_MS = 60_000
const IDLE_MS = 20_000

/**
 * Has foreign files decoded by a process of their own, which Node's permission model shuts off from everything but the program's files
 * and the staged ones. It is ended when a file takes too long or crashes it, and when nobody needs it any more.
 */
export class Decoder {
  readonly #folder: string
  #child: ChildProcess | null = null
  #last: Promise<unknown> = Promise.resolve()
  #orders = 0
  #idle: NodeJS.Timeout | null = null

  /** `folder`: where staged files lie. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** One after another, in the order of asking. */
  decode(source: string, target: string): Promise<Result> {
    const result = this.#last.then(() => this.#decode(source, target))
    this.#last = result.catch(() => undefined)
    return result
  }

  close(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#child?.kill('SIGKILL')
    this.#child = null
  }

  async #decode(source: string, target: string): Promise<Result> {
    if (this.#idle !== null) clearTimeout(this.#idle)
    const child = (this.#child ??= this.#start())
    const order: DecodeOrder = { order: (this.#orders += 1), source, target }
    const result = await answerOf(child, order)
    // What crashed it or kept it is the file's fault; the next file gets a new process.
    if (child.exitCode !== null || child.killed || child.signalCode !== null) this.#child = null
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref()
    return result
  }

  #start(): ChildProcess {
    return fork(join(HERE, 'decodeProcess.ts'), {
      execArgv: [
        '--permission',
        `--allow-fs-read=${PROGRAM}`,
        `--allow-fs-read=${this.#folder}`,
        `--allow-fs-write=${this.#folder}`,
        '--max-old-space-size=512',
        '--disable-warning=ExperimentalWarning',
      ],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
  }
}

function answerOf(child: ChildProcess, order: DecodeOrder): Promise<Result> {
  return new Promise((resolve) => {
    const end = (result: Result): void => {
      clearTimeout(timer)
      child.off('message', read)
      child.off('exit', ended)
      child.off('error', ended)
      resolve(result)
    }
    const read = (message: unknown): void => {
      const reply = decodeReplySchema.parse(message)
      if (reply.order === order.order) end(reply.result)
    }
    const ended = (): void => end({ failure: 'damaged' })
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      end({ failure: 'took-too-long' })
    }, LONGEST_MS)
    child.on('message', read)
    child.once('exit', ended)
    child.once('error', ended)
    child.send(order, (error) => error !== null && ended())
  })
}
