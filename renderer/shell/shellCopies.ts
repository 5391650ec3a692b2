import { RecordingError } from '../recording/recordingError.ts'
import type { SpiraDatabase } from '../store/database.ts'
import type { OpeningKeys } from '../store/envelope.ts'
import type { RecordingCopies } from '../store/recordingCopies.ts'
import type { ShellBridge } from './bridge.ts'
import { ownerless, serveCopyPort } from './copyPort.ts'
import { mendFromShell } from './rebuild.ts'
import { valueOf } from './shellBridge.ts'

/** The shell's journals as the copies of this database's recordings. Locked, without its keys, nothing is mended. */
export function createShellCopies(db: SpiraDatabase, bridge: ShellBridge, keys: OpeningKeys | null): RecordingCopies {
  return {
    async begin(recordingId) {
      const recording = await db.recordings.get(recordingId)
      const encounter = recording === undefined ? undefined : await db.encounters.get(recording.encounterId)
      if (recording === undefined || encounter === undefined) throw new RecordingError('recording-unknown')
      const { id, participantId, updatedAt, sealed } = encounter
      const key = await db.participantKeys.get(participantId)
      valueOf(
        await bridge.beginJournal({
          recordingId,
          startedAt: recording.startedAt,
          recording: ownerless(recording.sealed),
          ...(key !== undefined && { participantKey: key.sealed }),
          encounter: { id, participantId, updatedAt, sealed: ownerless(sealed) },
        }),
      )
    },
    openPort() {
      const { port1, port2 } = new MessageChannel()
      serveCopyPort(port1, bridge)
      return port2
    },
    async mend(recordingId) {
      if (keys !== null) await mendFromShell({ db, keys }, bridge, recordingId)
    },
    async remove(recordingId) {
      valueOf(await bridge.removeJournal({ recordingId }))
    },
  }
}
