import { useEffect, useRef } from 'react'

const INTERACTIVE = 'button, a, input, select, textarea, [role="dialog"]'

/** Space or enter anywhere on the view, as a foot pedal sends them, except where they already mean something. */
export function usePedal(press: () => void): void {
  const latest = useRef(press)
  useEffect(() => {
    latest.current = press
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.repeat || (event.key !== ' ' && event.key !== 'Enter')) return
      if (event.target instanceof Element && event.target.closest(INTERACTIVE) !== null) return
      event.preventDefault()
      latest.current()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
