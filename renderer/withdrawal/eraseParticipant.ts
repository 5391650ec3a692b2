import type { OutboxRow } from '../store/database.ts'
import type { Opener } from '../store/opener.ts'
import type { Store } from '../store/store.ts'

export interface Erasure {
  readonly participantId: string
  /** Epoch milliseconds. */
  readonly withdrawnAt: number
  /** What the server is told of it, by the same transaction; none when it was the server that told. */
  readonly outboxRows: readonly OutboxRow[]
}

/**
 * Promise 8 at the device: in one transaction the participant's key is destroyed, everything of theirs removed, and a tombstone set that
 * refuses them from then on. Second copies in the shell go next; ended before that, the next start removes them by the tombstone.
 * A recording that is running loses its row, which ends it. Done already is done.
 */
export async function eraseParticipant(
  { db, keys, copies }: Store,
  opener: Opener,
  { participantId, withdrawnAt, outboxRows }: Erasure,
): Promise<void> {
  const tables = [
    db.participantKeys,
    db.identities,
    db.tombstones,
    db.encounters,
    db.recordings,
    db.chunks,
    db.assessments,
    db.labels,
    db.typedLabels,
    db.outbox,
  ]
  const recordingIds = await db.transaction('rw', tables, async () => {
    const encounterIds = await db.encounters.where('participantId').equals(participantId).primaryKeys()
    const recordings = await db.recordings.where('encounterId').anyOf(encounterIds).primaryKeys()
    await db.participantKeys.delete(participantId)
    await db.identities.delete(participantId)
    await db.chunks.where('recordingId').anyOf(recordings).delete()
    await db.assessments.where('recordingId').anyOf(recordings).delete()
    await db.recordings.bulkDelete(recordings)
    await db.labels.where('encounterId').anyOf(encounterIds).delete()
    await db.typedLabels.bulkDelete(encounterIds)
    await db.outbox.where('encounterId').anyOf(encounterIds).delete()
    await db.outbox.filter(({ sealed }) => sealed?.owner === participantId).delete()
    await db.encounters.bulkDelete(encounterIds)
    if ((await db.tombstones.get(participantId)) === undefined) {
      await db.tombstones.add({ participantId, withdrawnAt })
      await db.outbox.bulkAdd([...outboxRows])
    }
    return recordings
  })
  keys.forget(participantId)
  opener.forget(participantId)
  for (const recordingId of recordingIds) await copies?.remove(recordingId)
}
