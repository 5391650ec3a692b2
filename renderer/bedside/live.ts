import { watchQuery } from '../store/watchQuery.ts'
import type { Live } from './bedside.ts'

export interface MutableLive<T> extends Live<T> {
  readonly set: (value: T) => void
}

/** A value held in memory. */
export function createLive<T>(initial: T): MutableLive<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return
      value = next
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

export interface LiveQueryOptions<Rows, T> {
  readonly initial: T
  /** Runs again whenever a table it read changes, here or in another tab. Dexie calls only: nothing else is tracked. */
  readonly query: () => Promise<Rows>
  /** Opens the sealed rows. Apart from `query` because WebCrypto may not be awaited where Dexie tracks reads. */
  readonly project: (rows: Rows) => Promise<T>
  /** Projects again when this changes too. */
  readonly also?: Live<unknown>
}

/** A value that follows the database while someone watches it, and rests at the last one seen when nobody does. */
export function liveFromQuery<Rows, T>({ initial, query, project, also }: LiveQueryOptions<Rows, T>): Live<T> {
  const value = createLive(initial)
  let watchers = 0
  let stop: (() => void) | null = null

  function start(): () => void {
    let newest: { readonly rows: Rows } | null = null
    let last: { readonly rows: Rows } | null = null
    let projecting = false
    const watch = { stopped: false }

    async function show(): Promise<void> {
      if (projecting) return
      projecting = true
      try {
        while (newest !== null && !watch.stopped) {
          const { rows } = newest
          newest = null
          const next = await project(rows)
          if (!watch.stopped) value.set(next)
        }
      } finally {
        projecting = false
      }
    }

    const unwatch = watchQuery(query, {
      next: (rows) => {
        last = { rows }
        newest = last
        show().catch(surface)
      },
      error: surface,
    })
    const unsubscribe = also?.subscribe(() => {
      newest = last
      show().catch(surface)
    })
    return () => {
      watch.stopped = true
      unsubscribe?.()
      unwatch()
    }
  }

  return {
    get: value.get,
    subscribe: (listener) => {
      const unsubscribe = value.subscribe(listener)
      if (watchers === 0) stop = start()
      watchers += 1
      let subscribed = true
      return () => {
        if (!subscribed) return
        subscribed = false
        unsubscribe()
        watchers -= 1
        if (watchers > 0) return
        stop?.()
        // Its rows may go: what was seen last stays.
        stop = null
      }
    },
  }
}

/** So many are kept at rest: those of the views one goes back and forth between. */
const KEPT_AT_REST = 16

/** One live value for each key, made when it is first asked for; of those asked for long ago none is kept. */
export function liveByKey<T>(make: (key: string) => Live<T>): (key: string) => Live<T> {
  const kept = new Map<string, Live<T>>()
  return (key) => {
    const live = kept.get(key) ?? make(key)
    kept.delete(key)
    kept.set(key, live)
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT_AT_REST) break
      kept.delete(oldest)
    }
    return live
  }
}

/** For a failure that no view waits for: it is not swallowed but reaches the window's error handler. */
export function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
