import type { SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import type { ServerContext } from '../server/context.ts'
import { fileTogether, type Filing } from './fileTogether.ts'

const MOST_TOGETHER = 16

interface Waiting extends Filing {
  readonly context: ServerContext
  readonly resolve: (receipt: SignedReceipt) => void
  readonly reject: (error: unknown) => void
}

/**
 * Recordings that wait for their receipt at the same moment are filed by one transaction, each answered only after its commit. A lone one
 * never waits for company. What is wrong with one recording is told to its own device alone; a transaction that fails as a whole is
 * taken apart, and each is filed by itself.
 */
export class FilingQueue {
  #waiting: Waiting[] = []
  /** One transaction at a time: while it commits, the next one gathers. Two at a time were measured slower. */
  #isFiling = false

  /** @throws SpiraError as `fileTogether` has it for this one. */
  file(context: ServerContext, filing: Filing): Promise<SignedReceipt> {
    const { promise, resolve, reject } = Promise.withResolvers<SignedReceipt>()
    this.#waiting.push({ ...filing, context, resolve, reject })
    this.#next()
    return promise
  }

  #next(): void {
    if (this.#isFiling) return
    const together = this.#together()
    const [first] = together
    if (first === undefined) return
    this.#isFiling = true
    void this.#file(first.context, together).finally(() => {
      this.#isFiling = false
      this.#next()
    })
  }

  /** Those that stand first, of one context and each recording once: asked for twice, it takes turns. */
  #together(): readonly Waiting[] {
    const context = this.#waiting[0]?.context
    const recordings = new Set<string>()
    const together: Waiting[] = []
    this.#waiting = this.#waiting.filter((waiting) => {
      const fits =
        together.length < MOST_TOGETHER && waiting.context === context && !recordings.has(waiting.recordingId)
      recordings.add(waiting.recordingId)
      if (fits) together.push(waiting)
      return !fits
    })
    return together
  }

  async #file(context: ServerContext, together: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await fileTogether(context, together)
      for (const [at, { resolve, reject }] of together.entries()) {
        const outcome = outcomes[at]
        if (outcome?.status === 'fulfilled') resolve(outcome.value)
        else reject(outcome?.reason)
      }
    } catch (error) {
      const [only] = together
      if (only !== undefined && together.length === 1) only.reject(error)
      else for (const each of together) await this.#file(context, [each])
    }
  }
}
