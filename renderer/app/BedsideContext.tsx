import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Bedside, Live } from '../bedside/bedside.ts'

export const BedsideContext = createContext<Bedside | null>(null)

/** The device's services. @throws Error outside BedsideContext. */
export function useBedside(): Bedside {
  const bedside = useContext(BedsideContext)
  if (bedside === null) throw new Error('useBedside needs a BedsideContext around it')
  return bedside
}

/** Follows a value of the device. */
export const useLive = <T,>(live: Live<T>): T => useSyncExternalStore(live.subscribe, live.get)
