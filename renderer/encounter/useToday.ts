import { useEffect, useState } from 'react'

/** The present day, also on a device that is left open over midnight. */
export function useToday(): Date {
  const [today, setToday] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setToday(new Date()), 60_000)
    return () => clearInterval(timer)
  }, [])
  return today
}
