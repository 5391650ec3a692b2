import { type OpeningKeys, type Place, type Sealed, unsealJson } from './envelope.ts'

/** Opens sealed JSON, each sealing once: lists stay fast however often they are read. */
export interface Opener {
  open<T>(place: Place, sealed: Sealed): Promise<T>
  /** Lets go of everything that was opened of this participant. */
  forget(participantId: string): void
}

export function createOpener(keys: OpeningKeys): Opener {
  // The nonce is fresh with every sealing, so it names the content. A place holds one value: the newest replaces the last.
  const opened = new Map<Place, { readonly nonce: string; readonly owner?: string; readonly value: Promise<unknown> }>()
  return {
    open<T>(place: Place, sealed: Sealed): Promise<T> {
      const nonce = sealed.iv.join()
      const known = opened.get(place)
      if (known?.nonce === nonce) return known.value as Promise<T>
      const value = unsealJson<T>(keys, place, sealed)
      opened.set(place, { nonce, value, ...(sealed.owner !== undefined && { owner: sealed.owner }) })
      value.catch(() => opened.delete(place))
      return value
    },
    forget(participantId) {
      for (const [place, { owner }] of opened) if (owner === participantId) opened.delete(place)
    },
  }
}
