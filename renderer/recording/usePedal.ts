import { useEffect, useRef } from 'react'
import { listenToPedal } from './pedal.ts'

/** Space or enter anywhere on the view, as a foot pedal sends them, except where they already mean something. */
export function usePedal(press: () => void): void {
  const latest = useRef(press)
  useEffect(() => {
    latest.current = press
  })
  useEffect(() => listenToPedal(() => latest.current()), [])
}
