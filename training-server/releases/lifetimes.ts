import type { Role } from '@spira/shared/release/metadata.ts'

const DAY_MS = 86_400_000

/**
 * How long signed metadata stays in force, days. Expiry only bounds how long someone between server and device can hide a newer
 * release (a freeze attack): a device past it keeps running its model and merely takes no new one, and a ward that comes back after
 * months fetches fresh metadata first. So these need not outlast a ward's time without network; they must outlast
 * - a wrong clock at the bedside, days off on machines that never reach a time server (timestamp: 7, renewed daily),
 * - a clinic's server switched off over a holiday: it renews at start what is near its end, before any device asks (snapshot: 30),
 * - a site that releases no model for a year (targets: 365) and an installation nobody looks after (root: 3 years).
 * While the keys lie on the server, each role is signed anew by itself before its half is over.
 */
export const LIFETIME_DAYS: Readonly<Record<Role, number>> = { root: 3 * 365, targets: 365, snapshot: 30, timestamp: 7 }

/** When metadata of the role signed `now` expires, as TUF writes it. */
export const expiryOf = (role: Role, now: Date): string =>
  new Date(now.getTime() + LIFETIME_DAYS[role] * DAY_MS).toISOString()

/** Less than half of its life is left: time to sign it anew. */
export const isNearExpiry = (role: Role, expires: string, now: Date): boolean =>
  Date.parse(expires) - now.getTime() < (LIFETIME_DAYS[role] * DAY_MS) / 2
