/** Resolves at the first SIGINT, SIGTERM or SIGHUP. Listened to from the call on, so that a signal during the start counts. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
}
