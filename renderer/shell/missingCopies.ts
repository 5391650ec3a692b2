import { createLive } from '../bedside/live.ts'
import type { Live } from '../bedside/bedside.ts'
import { chunksOf } from '../recording/journal.ts'
import { isRecordingLocked } from '../recording/recordingLock.ts'
import type { SpiraDatabase } from '../store/database.ts'
import type { JournalHeader, ShellBridge } from './bridge.ts'
import { ownerless } from './copyPort.ts'
import { valueOf } from './shellBridge.ts'

/** The recordings whose second copy the shell could not write, or not whole: noted with the recording, so over restarts too. */
export interface MissingCopies {
  readonly count: Live<number>
  note(recordingId: string): Promise<void>
  /** Writes them anew, as far as the shell takes them. A recording that is running waits for its end. */
  write(): Promise<void>
}

/** @param headerOf what a copy begins with; null when the recording is gone. */
export function createMissingCopies(
  db: SpiraDatabase,
  bridge: ShellBridge,
  headerOf: (recordingId: string) => Promise<JournalHeader | null>,
): MissingCopies {
  const count = createLive(0)
  let writing: Promise<void> | null = null
  const rows = () => db.recordings.filter(({ copy }) => copy === 'missing')
  const show = async (): Promise<void> => count.set(await rows().count())

  /** What the shell holds of it; null for no copy that could be gone on with. */
  async function heldIndexes(recordingId: string): Promise<ReadonlySet<number> | null> {
    const held = new Set<number>()
    for (let from: number | null = 0; from !== null;) {
      const reply = await bridge.readJournal({ recordingId, from })
      if (!reply.ok && (reply.code === 'journal-unknown' || reply.code === 'journal-damaged')) return null
      const page = valueOf(reply)
      for (const { index } of page.chunks) held.add(index)
      from = page.next
    }
    return held
  }

  async function writeOne(recordingId: string): Promise<void> {
    let held = await heldIndexes(recordingId)
    if (held === null) {
      const header = await headerOf(recordingId)
      if (header === null) return
      valueOf(await bridge.removeJournal({ recordingId }))
      valueOf(await bridge.beginJournal(header))
      held = new Set()
    }
    for (const index of (await chunksOf(db, recordingId).primaryKeys()).map(([, at]) => at)) {
      const chunk = held.has(index) ? undefined : await db.chunks.get([recordingId, index])
      if (chunk !== undefined)
        valueOf(await bridge.appendJournal({ recordingId, index, sealed: ownerless(chunk.sealed) }))
    }
  }

  async function writeAll(): Promise<void> {
    const ids = await rows().primaryKeys()
    await show()
    if (ids.length === 0) return
    const isLocked = await isRecordingLocked()
    for (const id of ids.filter((each) => !isLocked(each))) {
      if ((await db.outbox.get(id))?.state !== 'synced') await writeOne(id)
      await db.recordings
        .where('id')
        .equals(id)
        .modify((row) => void delete (row as { copy?: 'missing' }).copy)
      // Withdrawn, discarded or received meanwhile: what was just written goes again.
      const [recording, audio] = [await db.recordings.get(id), await db.outbox.get(id)]
      if (recording === undefined || audio?.state === 'synced') valueOf(await bridge.removeJournal({ recordingId: id }))
      await show()
    }
  }

  return {
    count,
    async note(recordingId) {
      await db.recordings.update(recordingId, { copy: 'missing' })
      await show()
    },
    write: () => (writing ??= writeAll().finally(() => (writing = null))),
  }
}
