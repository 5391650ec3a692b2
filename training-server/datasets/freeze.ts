import { sql, type Transaction } from 'kysely'
import type { DatasetVersion } from '@spira/shared/protocol/consoleApi.ts'
import { type Cohort, cohortSchema } from '@spira/shared/protocol/cohortApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { Task } from '@spira/shared/protocol/records.ts'
import { appendAudit } from '../audit/auditLog.ts'
import { selectCohort } from '../cohorts/selectCohort.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'
import { contentHashOf, fileVersion } from './fileVersion.ts'

/** Tasks in which the participant speaks freely enough to be heard breathing between phrases. */
const SPEECH_TASKS: readonly Task[] = ['read-sentence', 'nursery-rhyme', 'sustained-vowel', 'free-speech']
/**
 * Freezes a cohort, or everything that is usable now: filed audio of a speech task, quality not unusable, not rejected in curation, latest
 * label of its encounter present or absent. What a version needs is copied in, so that nothing later changes it. Its hash covers the content
 * alone: the same content has the same hash.
 *
 * Frozen again under the same name with nothing changed, it answers with the version that is there.
 *
 * @throws SpiraError dataset_empty, dataset_unchanged (another name for the same content), name_taken.
 */
export async function freezeDataset(
  { db }: ServerContext,
  {
    name,
    description,
    frozenBy,
    cohort,
  }: { name: string; description: string; frozenBy: string; cohort?: Cohort | undefined },
): Promise<DatasetVersion> {
  return db.transaction().execute(async (trx) => {
    // Two at once would each find the other's version missing.
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.freeze})`.execute(trx)
    const { recordingIds } = await selectCohort(trx, cohort ?? cohortSchema.parse({}))
    const { items, simulated } = await itemsOf(trx, recordingIds)
    if (items.length === 0) throw new SpiraError('dataset_empty')
    const contentHash = contentHashOf(items)

    const same = await trx
      .selectFrom('datasetVersions')
      .selectAll()
      .where('contentHash', '=', contentHash)
      .executeTakeFirst()
    if (same !== undefined) {
      if (same.name === name) return toDatasetVersion(same)
      throw new SpiraError('dataset_unchanged', { name: same.name, id: same.id })
    }
    const named = await trx.selectFrom('datasetVersions').select('id').where('name', '=', name).executeTakeFirst()
    if (named !== undefined) throw new SpiraError('name_taken', { name })

    // One simulated voice is enough: what learns from it is not for patients.
    const version = await fileVersion(trx, { name, description, items, simulated, frozenBy, cohort: cohort ?? null })
    const details = { contentHash, recordings: version.recordings, participants: version.participants }
    await appendAudit(trx, {
      actor: `account:${frozenBy}`,
      action: 'dataset.frozen',
      subject: `dataset-version:${version.id}`,
      details,
    })
    return toDatasetVersion(version)
  })
}

/** What would be frozen now, and the name of the version that has exactly it; null: there is none. */
export const usableContent = (db: ServerContext['db']) =>
  db.transaction().execute(async (trx) => {
    const { recordingIds } = await selectCohort(trx, cohortSchema.parse({}))
    const { items } = await itemsOf(trx, recordingIds)
    const same = await trx
      .selectFrom('datasetVersions')
      .select('name')
      .where('contentHash', '=', contentHashOf(items))
      .executeTakeFirst()
    return { items, alreadyFrozenAs: same?.name ?? null }
  })

/** What a version keeps of each recording; what changed between the choice and this statement is checked again here. */
async function itemsOf(trx: Transaction<Database>, chosen: ReadonlySet<string>) {
  const all = await trx
    .selectFrom('recordings')
    .innerJoin('encounters', 'encounters.id', 'recordings.encounterId')
    .innerJoin('participants', 'participants.id', 'recordings.participantId')
    .innerJoin('sites', 'sites.id', 'encounters.siteId')
    .innerJoin('devices', 'devices.id', 'recordings.deviceId')
    .innerJoinLateral(
      (expression) =>
        expression
          .selectFrom('labels')
          .select(['labels.value', 'labels.body'])
          .whereRef('labels.encounterId', '=', 'encounters.id')
          .orderBy('labels.position', 'desc')
          .limit(1)
          .as('label'),
      (join) => join.onTrue(),
    )
    .select([
      'recordings.id as recordingId',
      'recordings.participantId',
      'encounters.siteId',
      'recordings.task',
      'recordings.sha256',
      'recordings.sampleCount',
      'recordings.startedAt',
      'recordings.quality',
      'participants.sex',
      'participants.ageYears',
      'encounters.vitals',
      'sites.name as site',
      'sites.simulated',
      'devices.name as device',
      'label.value',
      'label.body as labelBody',
    ])
    .where('recordings.filedAt', 'is not', null)
    .where('recordings.task', 'in', SPEECH_TASKS)
    .where('label.value', 'in', ['present', 'absent'])
    .where(sql<string>`recordings.quality ->> 'verdict'`, '!=', 'unusable')
    .orderBy('recordings.id')
    .execute()
  const rows = all.filter(({ recordingId }) => chosen.has(recordingId))
  const items = rows.map(({ recordingId, participantId, siteId, task, sha256, ...row }) => ({
    recordingId,
    participantId,
    siteId,
    task,
    sha256,
    label: row.value === 'present' ? (1 as const) : (0 as const),
    metadata: {
      site: row.site,
      device: row.device,
      sample_count: row.sampleCount,
      recorded_at: row.startedAt.toISOString(),
      quality: row.quality.verdict,
      snr_db: row.quality.snrDb,
      sex: row.sex ?? null,
      age_years: row.ageYears,
      spo2_percent: row.vitals.spo2Percent ?? null,
      heart_rate_per_min: row.vitals.heartRatePerMin ?? null,
      respiratory_rate_per_min: row.vitals.respiratoryRatePerMin ?? null,
      label_established_by: row.labelBody.establishedBy ?? null,
      label_cause: row.labelBody.cause ?? null,
    },
  }))
  return { items, simulated: rows.some((row) => row.simulated) }
}

type Row = Omit<DatasetVersion, 'frozenAt' | 'withdrawnAt'> & {
  readonly frozenAt: Date
  readonly withdrawnAt: Date | null
}
export const toDatasetVersion = (row: Row): DatasetVersion => ({
  ...row,
  frozenAt: row.frozenAt.toISOString(),
  withdrawnAt: row.withdrawnAt?.toISOString() ?? null,
})
