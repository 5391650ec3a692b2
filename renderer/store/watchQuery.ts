import { Dexie, liveQuery } from 'dexie'

/** Changes to the database, of any table, after which a query that none of them concerned is asked again. */
const CHANGES_BETWEEN_READS = 1000

export interface QueryWatcher<Rows> {
  readonly next: (rows: Rows) => void
  readonly error: (error: unknown) => void
}

/**
 * Dexie's live query for as long as the app is open. Until a live query next reads, Dexie keeps every change since: of one over a
 * table that rests, each chunk of each recording of the day. So this one reads again now and then, which drops them.
 *
 * @param query Dexie calls only: nothing else is tracked.
 * @returns what ends it.
 */
export function watchQuery<Rows>(query: () => Promise<Rows>, watcher: QueryWatcher<Rows>): () => void {
  let subscription = liveQuery(query).subscribe(watcher)
  let changes = 0
  const count = () => {
    changes += 1
    if (changes < CHANGES_BETWEEN_READS) return
    changes = 0
    subscription.unsubscribe()
    subscription = liveQuery(query).subscribe(watcher)
  }
  Dexie.on.storagemutated.subscribe(count)
  return () => {
    Dexie.on.storagemutated.unsubscribe(count)
    subscription.unsubscribe()
  }
}
