/** Held, shared, by every window in which an encounter is being filled in; the browser lets it go when that window dies. */
const LOCK = 'encounter-open'

/** An encounter is being filled in, here or in another window: the app is not exchanged under it. */
export class EncounterOpenError extends Error {
  override readonly name = 'EncounterOpenError'
  readonly code = 'encounter-open'
}

/** @returns a function that says the encounter is left. */
export function holdEncounterOpen(): () => void {
  const left = Promise.withResolvers<void>()
  const leaving = new AbortController()
  navigator.locks.request(LOCK, { mode: 'shared', signal: leaving.signal }, () => left.promise).catch(() => undefined)
  return () => {
    leaving.abort()
    left.resolve()
  }
}

/** Does `work` while no encounter is open in any window. @throws EncounterOpenError */
export function whileNoEncounterIsOpen(work: () => Promise<void>): Promise<void> {
  return navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock === null) throw new EncounterOpenError('An encounter is open in another window.')
    await work()
  })
}
