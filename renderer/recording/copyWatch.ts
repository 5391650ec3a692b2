import type { Live } from '../bedside/bedside.ts'
import { createLive } from '../bedside/live.ts'
import type { Store } from '../store/store.ts'

const TRY_EVERY_MS = 30_000

/** Writes second copies that are missing, now and from then on. */
export function watchCopies({ copies }: Store): { readonly missing: Live<number>; stop(): void } {
  if (copies === null) return { missing: createLive(0), stop: () => undefined }
  // Refused again, it is still said to be missing, and tried again.
  const write = (): void => void copies.writeMissing().catch(() => undefined)
  const timer = setInterval(write, TRY_EVERY_MS)
  write()
  return { missing: copies.missing, stop: () => clearInterval(timer) }
}
