import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql, type Transaction } from 'kysely'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { Withdrawal } from '@spira/shared/protocol/withdrawal.ts'
import { appendAudit } from '../audit/auditLog.ts'
import { sweepBlobs } from '../blobs/sweepBlobs.ts'
import { withdrawFromVersions } from '../datasets/withdrawFromVersions.ts'
import { EVENT_REFERENCE } from '../db/migrations/0094-events-by-reference.ts'
import type { Database } from '../db/schema.ts'
import { appendChange } from '../fleet/changeFeed.ts'
import type { ServerContext } from '../server/context.ts'

type Trx = Transaction<Database>

export interface ServerWithdrawal extends Pick<Withdrawal, 'id' | 'participantId' | 'withdrawnAt'> {
  readonly siteId: string
  readonly origin: 'device' | 'console' | 'retention'
  /** As the audit log writes it. */
  readonly actor: string
}

/**
 * Promise 8, in one transaction: the tombstone, everything of the participant gone from tables and from the devices' logs, dataset
 * versions marked and succeeded, models flagged, the devices told, and an audit entry that names nobody. The audio itself goes right
 * after the commit (`finishWithdrawal`), or, when that is cut off, with the next sweep. Withdrawn before: nothing happens.
 *
 * @throws SpiraError participant_of_other_site
 */
export async function withdrawParticipant(trx: Trx, withdrawal: ServerWithdrawal): Promise<void> {
  const { id, participantId, siteId, origin, withdrawnAt, actor } = withdrawal
  // Whoever is filing something of this participant either is done before this line or finds the tombstone.
  const participant = await trx
    .selectFrom('participants')
    .select('siteId')
    .where('id', '=', participantId)
    .forUpdate()
    .executeTakeFirst()
  if (participant !== undefined && participant.siteId !== siteId) throw new SpiraError('participant_of_other_site')
  const tombstone = await trx
    .insertInto('withdrawals')
    .values({ id, participantId, siteId, origin, withdrawnAt, receivedAt: new Date() })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (tombstone === undefined) return

  const { versions, models } = await withdrawFromVersions(trx, { participantId, withdrawalId: id })
  const erased = await erase(trx, participantId)
  await appendChange(trx, siteId, { type: 'participant.withdrawn', participantId, withdrawnAt })
  await appendAudit(trx, {
    actor,
    action: 'participant.withdrawn',
    subject: `withdrawal:${id}`,
    details: { origin, ...erased, datasetVersions: versions.length, models: models.length },
  })
}

/** Takes every row of the participant away and leaves the ids by which late records are known. */
export async function erase(
  trx: Trx,
  participantId: string,
): Promise<{ readonly encounters: number; readonly recordings: number }> {
  const encounters = await trx
    .selectFrom('encounters')
    .select('id')
    .where('participantId', '=', participantId)
    .forUpdate()
    .execute()
  const recordings = await trx
    .selectFrom('recordings')
    .select(['id', 'sha256'])
    .where('participantId', '=', participantId)
    .forUpdate()
    .execute()
  const encounterIds = encounters.map(({ id }) => id)
  const recordingIds = recordings.map(({ id }) => id)
  const records = [...encounterIds, ...recordingIds]
  const labels = (
    await trx
      .selectFrom('labels')
      .select('id')
      .where(sql<boolean>`encounter_id = any(${encounterIds}::uuid[])`)
      .execute()
  ).map(({ id }) => id)
  if (records.length > 0)
    await trx
      .insertInto('withdrawnRecords')
      .values(records.map((id) => ({ id, participantId })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  // The devices' log holds the records as they were sent, and whatever else was said of them. The word of the withdrawal stays.
  const named = [participantId, ...records]
  await trx
    .deleteFrom('deviceEvents')
    .where('type', '!=', 'participant.withdrawn')
    .where(({ or, eb }) =>
      or([eb(sql<string>`body -> 'payload' ->> 'id'`, 'in', named), eb(EVENT_REFERENCE, 'in', named)]),
    )
    .execute()
  // So does the list of changes with their labels.
  if (labels.length > 0)
    await trx
      .deleteFrom('changes')
      .where(sql<string>`body -> 'label' ->> 'id'`, 'in', labels)
      .execute()
  if (recordings.length > 0) {
    // What was computed of a voice goes with it.
    const features = await trx
      .deleteFrom('featureFiles')
      .where(
        'recordingSha256',
        'in',
        recordings.map(({ sha256 }) => sha256),
      )
      .returning('sha256')
      .execute()
    await trx
      .insertInto('blobRemovals')
      .values([...recordings, ...features].map(({ sha256 }) => ({ sha256, requestedAt: new Date() })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  await trx.deleteFrom('participants').where('id', '=', participantId).execute()
  return { encounters: encounterIds.length, recordings: recordingIds.length }
}

/**
 * What a withdrawal leaves to be done outside the database: the audio (kept where another recording has the same bytes), and the work
 * folders of runs that were training on it. Harmless to repeat; the hourly work does.
 */
export async function finishWithdrawals(context: ServerContext): Promise<void> {
  await sweepBlobs(context)
  const runs = await context.db
    .selectFrom('trainingRuns')
    .innerJoin('datasetVersions', 'datasetVersions.id', 'trainingRuns.datasetVersionId')
    .select('trainingRuns.id')
    .where('datasetVersions.withdrawnAt', 'is not', null)
    .where('trainingRuns.status', 'not in', ['queued', 'running'])
    .execute()
  for (const { id } of runs) await rm(join(context.folders.work, id), { recursive: true, force: true })
}
