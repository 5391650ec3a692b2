/** Wrong tries in a row that cost nothing but the moment each takes. */
const FREE_TRIES = 4
/** After each further one. So a thief at the screen gets 24 tries a day, and a nurse who mistypes is never locked out for good. */
const DELAYS_MS = [30_000, 60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000] as const
const LONGEST_MS = 60 * 60_000

/** How long no try is taken after so many wrong ones in a row, milliseconds. */
export const delayAfter = (failures: number): number =>
  failures <= FREE_TRIES ? 0 : (DELAYS_MS[failures - FREE_TRIES - 1] ?? LONGEST_MS)

/**
 * When the next try is taken. A time further away than any delay was written before the device's clock was set back: then the whole delay
 * begins again now, so that the clock is no way around it.
 */
export const nextTryAt = (notBefore: number, failures: number, now: number): number =>
  Math.min(notBefore, now + delayAfter(failures))
