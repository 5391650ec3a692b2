import { useCallback, useEffect, useRef, useState } from 'react'

export interface Action<Arguments extends readonly unknown[]> {
  /** Starts it; never rejects: a failure is in `error`. Does nothing while it is already running. */
  readonly run: (...given: Arguments) => void
  readonly busy: boolean
  readonly error: unknown
  readonly clear: () => void
}

/** Something a person starts that takes a moment and may fail. */
export function useAction<Arguments extends readonly unknown[]>(
  work: (...given: Arguments) => Promise<unknown>,
): Action<Arguments> {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null })
  const latest = useRef(work)
  const running = useRef(false)
  useEffect(() => {
    latest.current = work
  })
  const run = useCallback((...given: Arguments) => {
    if (running.current) return
    running.current = true
    setState({ busy: true, error: null })
    const settle = (error: unknown) => {
      running.current = false
      setState({ busy: false, error })
    }
    latest.current(...given).then(() => settle(null), settle)
  }, [])
  const clear = useCallback(() => setState((s) => ({ ...s, error: null })), [])
  return { run, busy: state.busy, error: state.error, clear }
}
