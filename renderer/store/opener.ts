import { type Place, type Sealed, unsealJson } from './envelope.ts'

/** Opens sealed JSON, each sealing once: lists stay fast however often they are read. */
export interface Opener {
  open<T>(place: Place, sealed: Sealed): Promise<T>
}

export function createOpener(dataKey: CryptoKey): Opener {
  // The nonce is fresh with every sealing, so it names the content. A place holds one value: the newest replaces the last.
  const opened = new Map<Place, { readonly nonce: string; readonly value: Promise<unknown> }>()
  return {
    open<T>(place: Place, sealed: Sealed): Promise<T> {
      const nonce = sealed.iv.join()
      const known = opened.get(place)
      if (known?.nonce === nonce) return known.value as Promise<T>
      const value = unsealJson<T>(dataKey, place, sealed)
      opened.set(place, { nonce, value })
      value.catch(() => opened.delete(place))
      return value
    },
  }
}
