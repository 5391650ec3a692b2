import { useEffect, useState } from 'react'
import type { Microphone, RecorderService } from '../bedside/bedside.ts'

/** The microphones there are, followed while they come and go; null before they are known. Browsers name them only once one was allowed. */
export function useMicrophones(recorder: RecorderService): readonly Microphone[] | null {
  const [microphones, setMicrophones] = useState<readonly Microphone[] | null>(null)
  useEffect(() => {
    const leaving = new AbortController()
    const { signal } = leaving
    async function refresh(): Promise<void> {
      // Without a list the default microphone is used; starting says what is wrong, if anything is.
      const found = await recorder.microphones().catch(() => [])
      if (!signal.aborted) setMicrophones(found)
    }
    const onChange = () => void refresh()
    async function followPermission(): Promise<void> {
      const permission = await navigator.permissions.query({ name: 'microphone' }).catch(() => null)
      if (!signal.aborted) permission?.addEventListener('change', onChange, { signal })
    }
    onChange()
    void followPermission()
    navigator.mediaDevices.addEventListener('devicechange', onChange, { signal })
    return () => leaving.abort()
  }, [recorder])
  return microphones
}
