import { useEffect } from 'react'
import { shellBridge } from './shellBridge.ts'

/** While a view with it is on the screen, the desktop app neither installs an update of itself nor starts anew. */
export function useEncounterOpen(): void {
  useEffect(() => {
    const bridge = shellBridge()
    // A shell that does not answer is no reason to disturb an encounter.
    const tell = (open: boolean): void => void bridge?.setEncounterOpen({ open }).catch(() => undefined)
    tell(true)
    return () => tell(false)
  }, [])
}
