import type { ServerContext } from '../../server/context.ts'

const CANCEL_POLL_MS = 1000

/** Aborts its signal within about a second of the wish to cancel the run. */
export function watchForCancel(db: ServerContext['db'], runId: string): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const timer = setInterval(() => {
    db.selectFrom('trainingRuns')
      .select('cancelRequested')
      .where('id', '=', runId)
      .executeTakeFirst()
      .then(
        (row) => row?.cancelRequested === true && controller.abort(),
        // A database that is away for a moment says nothing about the wish.
        () => undefined,
      )
  }, CANCEL_POLL_MS)
  return { signal: controller.signal, stop: () => clearInterval(timer) }
}
