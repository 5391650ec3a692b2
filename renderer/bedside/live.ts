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
    const watch = new AbortController()

    async function show(): Promise<void> {
      if (projecting) return
      projecting = true
      try {
        while (newest !== null && !watch.signal.aborted) {
          const { rows } = newest
          newest = null
          const next = await project(rows)
          if (!watch.signal.aborted) value.set(next)
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
      watch.abort()
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
        if (watchers === 0) stop?.()
      }
    },
  }
}

/** For a failure that no view waits for: it is not swallowed but reaches the window's error handler. */
export function surface(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
