/**
 * Resolves when the process that forked this one is gone, by whatever way: then the channel to it closes. Never for a process that was
 * started otherwise.
 */
export function untilOrphaned(): Promise<void> {
  return new Promise((resolve) => {
    process.once('disconnect', () => resolve())
    // Gone while this process was still loading: then nobody tells of it any more.
    if (process.send !== undefined && !process.connected) resolve()
  })
}
