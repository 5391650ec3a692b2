/** The disk, or the browser's share of it, is full. Dexie wraps the browser's error in its own, in `inner`. */
export function isQuotaExceeded(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'QuotaExceededError') return true
  return 'inner' in error && isQuotaExceeded(error.inner)
}
