import { useCallback, useMemo, useRef, useState } from 'react'

export interface Gathered<Change> {
  /** Hands a change on; never waits, never rejects. */
  readonly save: (change: Change) => void
  /** Resolves when everything handed on so far was dealt with. */
  readonly idle: () => Promise<void>
  /** Why the last one failed; goes away with the next that does not. */
  readonly error: unknown
}

/**
 * Writes changes as they come. While one is being written the next ones gather into one, so that every key is on its way at once
 * and a slow disk never lags behind the hand. Leaving the view cancels nothing.
 */
export function useGathered<Change>(
  write: (change: Change) => Promise<void>,
  merge: (earlier: Change, later: Change) => Change,
): Gathered<Change> {
  const [error, setError] = useState<unknown>(null)
  const waiting = useRef<{ readonly change: Change } | null>(null)
  const writing = useRef<Promise<void> | null>(null)
  const save = useCallback(
    (change: Change) => {
      waiting.current = { change: waiting.current === null ? change : merge(waiting.current.change, change) }
      const writeAll = async () => {
        for (let next = waiting.current; next !== null; next = waiting.current) {
          waiting.current = null
          try {
            await write(next.change)
            setError(null)
          } catch (failure) {
            setError(failure)
          }
        }
        writing.current = null
      }
      writing.current ??= writeAll()
    },
    [write, merge],
  )
  const idle = useCallback(() => writing.current ?? Promise.resolve(), [])
  return useMemo(() => ({ save, idle, error }), [save, idle, error])
}
