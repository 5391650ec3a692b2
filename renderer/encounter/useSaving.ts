import { useCallback, useRef, useState } from 'react'

/**
 * Saves as it is typed: every change is handed on at once and in order, without waiting for the one before. A failure is shown,
 * not thrown, and goes away with the next change that is saved.
 */
export function useSaving<Change>(write: (change: Change) => Promise<void>): {
  save: (change: Change) => void
  error: unknown
} {
  const [error, setError] = useState<unknown>(null)
  const queue = useRef(Promise.resolve())
  const save = useCallback(
    (change: Change) => {
      queue.current = queue.current
        .then(() => write(change))
        .then(
          () => setError(null),
          (failure: unknown) => setError(failure),
        )
    },
    [write],
  )
  return { save, error }
}
