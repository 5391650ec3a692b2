import { useEffect, useState } from 'react'

/** True once `condition` has held for `ms`: what is only not there yet at the start is not yet missing. */
export function useStill(condition: boolean, ms: number): boolean {
  const [since, setSince] = useState(false)
  useEffect(() => {
    if (!condition) return
    const timer = setTimeout(() => setSince(true), ms)
    return () => {
      clearTimeout(timer)
      setSince(false)
    }
  }, [condition, ms])
  return condition && since
}
