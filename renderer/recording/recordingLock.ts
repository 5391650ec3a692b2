const lockName = (recordingId: string): string => `recording/${recordingId}`

/**
 * Held by whoever records or recovers, and let go by the browser when that tab dies: how another tab knows an interrupted
 * recording from a running one. Null when another holds it.
 *
 * @returns a function that lets it go.
 */
export function takeRecordingLock(recordingId: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(lockName(recordingId), { ifAvailable: true }, (lock) => {
        if (lock === null) {
          resolve(null)
          return undefined
        }
        return new Promise<void>((release) => resolve(release))
      })
      .catch(reject)
  })
}

export async function isRecordingLocked(): Promise<(recordingId: string) => boolean> {
  const { held = [] } = await navigator.locks.query()
  const names = new Set(held.map(({ name }) => name))
  return (recordingId) => names.has(lockName(recordingId))
}
