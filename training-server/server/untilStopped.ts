/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP. Listened to from the call on, so that a signal during the start counts. A
 * second one is left to the system: it ends a process that does not come to its end.
 */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}
