import { useCallback, useEffect, useRef, useState } from 'react'
import type { ActiveRecording, RecorderService, Take } from '../bedside/bedside.ts'

type Phase = 'idle' | 'starting' | 'recording' | 'stopping'

export interface Recording {
  readonly phase: Phase
  readonly active: ActiveRecording | null
  readonly error: unknown
  readonly start: (request: Parameters<RecorderService['start']>[0]) => void
  readonly stop: () => void
}

/**
 * One take from start to stop. Leaving the view stops and keeps what is running: a recording is never lost by a wrong touch,
 * nor by a microphone that goes away.
 */
export function useRecording(
  recorder: RecorderService,
  onTaken: (take: Take, recording: ActiveRecording) => void,
): Recording {
  const [phase, setPhase] = useState<Phase>('idle')
  const [active, setActive] = useState<ActiveRecording | null>(null)
  const [error, setError] = useState<unknown>(null)
  const running = useRef<ActiveRecording | null>(null)
  const opening = useRef(false)
  const gone = useRef(false)
  const taken = useRef(onTaken)
  useEffect(() => {
    taken.current = onTaken
  })

  const fail = useCallback((failure: unknown) => {
    running.current = null
    setActive(null)
    setPhase('idle')
    setError(failure)
  }, [])

  const stop = useCallback(() => {
    const recording = running.current
    if (recording === null) return
    running.current = null
    setPhase('stopping')
    const close = async () => {
      const take = await recording.stop()
      setActive(null)
      setPhase('idle')
      taken.current(take, recording)
    }
    close().catch(fail)
  }, [fail])

  const start = useCallback(
    (request: Parameters<RecorderService['start']>[0]) => {
      if (gone.current || opening.current || running.current !== null) return
      opening.current = true
      setPhase('starting')
      setError(null)
      const open = async () => {
        const recording = await recorder.start(request)
        running.current = recording
        setActive(recording)
        setPhase('recording')
        if (gone.current) stop()
      }
      open()
        .catch(fail)
        .finally(() => (opening.current = false))
    },
    [recorder, fail, stop],
  )

  useEffect(() => {
    if (active === null) return
    // It ended by itself: what it has is kept as a take.
    const keepEnded = () => {
      if (active.live.get().state === 'ended') stop()
    }
    keepEnded()
    return active.live.subscribe(keepEnded)
  }, [active, stop])

  useEffect(() => {
    gone.current = false
    return () => {
      gone.current = true
      stop()
    }
  }, [stop])

  return { phase, active, error, start, stop }
}
