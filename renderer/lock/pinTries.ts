/** Wrong tries in a row that cost nothing but the moment each takes. */
const FREE_TRIES = 4
/** After each further one. So a thief at the screen gets 24 tries a day, and a nurse who mistypes is never locked out for good. */
const DELAYS_MS = [30_000, 60_000, 5 * 60_000, 15 * 60_000, 60 * 60_000] as const
const LONGEST_MS = 60 * 60_000

/** How long no try is taken after so many wrong ones in a row, milliseconds. */
export const delayAfter = (failures: number): number =>
  failures <= FREE_TRIES ? 0 : (DELAYS_MS[failures - FREE_TRIES - 1] ?? LONGEST_MS)

/** Since when this page has waited after how many wrong tries, by database. */
const waiting = new Map<string, { readonly failures: number; readonly since: number }>()

/**
 * How much longer no try is taken, milliseconds, by a clock that nobody sets: the device's own is no way around the delay. What this page did not
 * see begin (the app was started again, the try was made in another window) begins anew, whole.
 *
 * @param failures wrong tries in a row, as the database has them.
 * @param now of `performance.now()`.
 */
export function waitLeftMs(database: string, failures: number, now: number): number {
  const delay = delayAfter(failures)
  const seen = waiting.get(database)
  if (seen?.failures === failures) return Math.max(0, seen.since + delay - now)
  waiting.set(database, { failures, since: now })
  return delay
}
