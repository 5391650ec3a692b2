import type { DeviceState, Live } from '../bedside/bedside.ts'

export interface CheckTimes {
  /** After start, when the first take is more urgent than a new model. */
  readonly firstMs: number
  readonly everyMs: number
  /** While the server cannot be reached the pause doubles, up to this. */
  readonly longestMs: number
  /** Share of the pause that is left to chance, so that a hospital's devices do not ask all at once. */
  readonly jitter: number
}

export const CHECK_TIMES: CheckTimes = { firstMs: 3_000, everyMs: 60_000, longestMs: 10 * 60_000, jitter: 0.2 }

/** Calls `check` for ever, never twice at once, and at once when the device has been enrolled. */
export function startPeriodicCheck({
  check,
  enrolled,
  times,
  random = Math.random,
}: {
  readonly check: () => Promise<'reached' | 'unreachable'>
  readonly enrolled: Live<DeviceState>
  readonly times: CheckTimes
  readonly random?: () => number
}): { dispose(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let disposed = false

  function schedule(pauseMs: number): void {
    clearTimeout(timer)
    if (!disposed) timer = setTimeout(run, pauseMs * (1 + times.jitter * (random() - 0.5)))
  }

  async function checkAndGoOn(): Promise<void> {
    const outcome = await check().catch(() => 'unreachable' as const)
    failures = outcome === 'reached' ? 0 : failures + 1
    schedule(Math.min(times.everyMs * 2 ** failures, times.longestMs))
  }

  const run = (): void => void checkAndGoOn()

  const unsubscribe = enrolled.subscribe(() => schedule(0))
  schedule(times.firstMs)
  return {
    dispose() {
      disposed = true
      clearTimeout(timer)
      unsubscribe()
    },
  }
}
