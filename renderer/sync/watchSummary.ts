import { Dexie, type ObservabilitySet } from 'dexie'
import { surface } from '../bedside/live.ts'
import type { SpiraDatabase } from '../store/database.ts'
import { type OutboxSummary, readSummary } from './syncState.ts'

/**
 * Tells what the outbox holds now, and again when it changed, here or in another tab: at most every `everyMs`, however often its rows
 * change. A queue of weeks changes at each request, and is counted whole each time.
 */
export function watchSummary(
  db: SpiraDatabase,
  everyMs: number,
  tell: (summary: OutboxSummary) => void,
): { stop(): Promise<void> } {
  const tables = [db.outbox, db.marks].map(({ name }) => `idb://${db.name}/${name}/`)
  let timer: ReturnType<typeof setTimeout> | undefined
  let looking: Promise<void> | null = null
  let changed = false
  let lookedAt = 0
  let stopped = false

  async function look(): Promise<void> {
    changed = false
    lookedAt = performance.now()
    const summary = await readSummary(db)
    if (!stopped) tell(summary)
  }

  function lookSoon(delayMs: number): void {
    if (stopped || timer !== undefined || looking !== null) return
    timer = setTimeout(() => {
      timer = undefined
      looking = look()
        // Closed meanwhile.
        .catch((error: unknown) => (stopped ? undefined : surface(error)))
        .finally(() => {
          looking = null
          if (changed) lookSoon(everyMs)
        })
    }, delayMs)
  }

  const onMutation = (parts: ObservabilitySet): void => {
    if (!Object.keys(parts).some((part) => tables.some((table) => part.startsWith(table)))) return
    changed = true
    lookSoon(Math.max(0, lookedAt + everyMs - performance.now()))
  }
  Dexie.on('storagemutated', onMutation)
  lookSoon(0)

  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      Dexie.on.storagemutated.unsubscribe(onMutation)
      await looking
    },
  }
}
