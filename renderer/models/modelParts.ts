import type { DownloadParts } from '@spira/shared/release/client.ts'
import type { SpiraDatabase } from '../store/database.ts'

/**
 * Pieces of a release's file that a broken connection left behind, so that the next look goes on where this one ended. They are
 * signed for as a whole: a wrong piece is found by the hash, and then all of them go.
 */
export const modelParts = (db: SpiraDatabase): DownloadParts => ({
  async read(sha256) {
    const rows = await db.modelParts.where('sha256').equals(sha256).sortBy('start')
    const bytes = new Uint8Array(rows.reduce((sum, { part }) => sum + part.byteLength, 0))
    let length = 0
    for (const { start, part } of rows) {
      // A hole: what comes after it is of no use.
      if (start !== length) break
      bytes.set(new Uint8Array(part), start)
      length += part.byteLength
    }
    return bytes.slice(0, length)
  },
  async keep(sha256, start, part) {
    await db.modelParts.put({ sha256, start, part: part.slice().buffer })
  },
  async drop(sha256) {
    await db.modelParts.where('sha256').equals(sha256).delete()
  },
})
