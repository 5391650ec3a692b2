import { RecordingError } from '../recording/recordingError.ts'
import type { SpiraDatabase } from '../store/database.ts'
import type { OpeningKeys } from '../store/envelope.ts'
import type { RecordingCopies } from '../store/recordingCopies.ts'
import type { JournalHeader, ShellBridge } from './bridge.ts'
import { ownerless, serveCopyPort } from './copyPort.ts'
import { settleWithdrawals } from './keptWithdrawals.ts'
import { createMissingCopies } from './missingCopies.ts'
import { mendFromShell } from './rebuild.ts'
import { valueOf } from './shellBridge.ts'

/** The shell's journals as the copies of this database's recordings. Locked, without its keys, nothing is mended. */
export function createShellCopies(db: SpiraDatabase, bridge: ShellBridge, keys: OpeningKeys | null): RecordingCopies {
  const missing = createMissingCopies(db, bridge, headerOf)

  async function headerOf(recordingId: string): Promise<JournalHeader | null> {
    const recording = await db.recordings.get(recordingId)
    const encounter = recording === undefined ? undefined : await db.encounters.get(recording.encounterId)
    if (recording === undefined || encounter === undefined) return null
    const { id, participantId, updatedAt, sealed } = encounter
    const key = await db.participantKeys.get(participantId)
    return {
      recordingId,
      startedAt: recording.startedAt,
      recording: ownerless(recording.sealed),
      ...(key !== undefined && { participantKey: key.sealed }),
      encounter: { id, participantId, updatedAt, sealed: ownerless(sealed) },
    }
  }

  async function noteMissing(recordingId: string): Promise<void> {
    await missing.note(recordingId)
    // The shell's log says it too, where it can still write one.
    bridge.note({ code: 'copy-failed' }).catch(() => undefined)
  }

  return {
    async begin(recordingId) {
      const header = await headerOf(recordingId)
      if (header === null) throw new RecordingError('recording-unknown')
      const reply = await bridge.beginJournal(header).catch(() => null)
      if (reply?.ok !== true) await noteMissing(recordingId)
    },
    openPort() {
      const { port1, port2 } = new MessageChannel()
      serveCopyPort(port1, bridge, noteMissing)
      return port2
    },
    missing: missing.count,
    async writeMissing() {
      if (keys !== null) await settleWithdrawals(db, bridge, keys)
      await missing.write()
    },
    async keepWithdrawal({ id, sealed }) {
      if (sealed === null) return
      const reply = await bridge.keepWithdrawal({ id, sealed: ownerless(sealed) }).catch(() => null)
      if (reply?.ok !== true) bridge.note({ code: 'copy-failed' }).catch(() => undefined)
    },
    async removeWithdrawals() {
      for (const { id } of valueOf(await bridge.listWithdrawals())) valueOf(await bridge.removeWithdrawal({ id }))
    },
    async mend(recordingId) {
      if (keys !== null) await mendFromShell({ db, keys }, bridge, recordingId)
    },
    async remove(recordingId) {
      valueOf(await bridge.removeJournal({ recordingId }))
    },
  }
}
