/** Every bound and delay of synchronising, in one place. */
export const SYNC_LIMITS = {
  /** First and longest mean delay of the exponential backoff; the delay itself is drawn from it (full jitter). */
  retryBaseMs: 2_000,
  retryCapMs: 5 * 60_000,
  /** So often one item is tried again after a refusal that may heal; then it needs a person. */
  itemAttempts: 8,
  /** Sealed bytes in one batch of events: below the megabyte at which HTTP servers commonly refuse a body. */
  batchBytes: 512 * 1024,
  /** One PATCH: what a broken connection costs at most, and how finely progress shows. About 8 s of audio. */
  uploadChunkBytes: 256 * 1024,
  /** Without anything to send, the server is still asked this often what it has to tell: withdrawals, labels, releases. */
  contactEveryMs: 10 * 60_000,
  /** Where the settings do not allow the network, it is looked at again after this long. */
  heldMs: 60_000,
  /** How often at the most the whole outbox is counted to be shown, while its rows change. */
  showEveryMs: 200,
  /** One PATCH that takes longer is given up and resumed. */
  uploadTimeoutMs: 120_000,
}
export type SyncLimits = typeof SYNC_LIMITS

/**
 * Exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015), so that the
 * devices of a ward do not all return in the same second.
 *
 * @param attempts failed attempts so far, from 1.
 * @param random in [0, 1).
 * @returns milliseconds; at least a tenth of the bound, so that nothing spins.
 */
export function retryDelayMs(attempts: number, random: number, { retryBaseMs, retryCapMs }: SyncLimits): number {
  const bound = Math.min(retryCapMs, retryBaseMs * 2 ** Math.min(attempts - 1, 30))
  return Math.ceil(bound * (0.1 + 0.9 * random))
}
