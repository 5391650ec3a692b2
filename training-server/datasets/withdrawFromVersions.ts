import { sql, type Transaction } from 'kysely'
import type { Cohort } from '@spira/shared/protocol/cohortApi.ts'
import { ADVISORY_LOCKS } from '../db/advisoryLocks.ts'
import type { Database } from '../db/schema.ts'
import { flagModels } from '../models/modelWithdrawals.ts'
import { withdrawExports } from '../exports/withdrawExports.ts'
import { contentHashOf, fileVersion } from './fileVersion.ts'

type Trx = Transaction<Database>
export interface AffectedVersions {
  readonly versions: readonly string[]
  readonly models: readonly string[]
}

/**
 * Marks every dataset version that contains the participant, keeps the list of recordings that holders of an export must delete, makes
 * a successor without them, flags the models that learned from them, and cancels the runs that are learning. The items themselves go
 * with the participant's row.
 */
export async function withdrawFromVersions(
  trx: Trx,
  { participantId, withdrawalId }: { participantId: string; withdrawalId: string },
): Promise<AffectedVersions> {
  await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.freeze})`.execute(trx)
  const now = new Date()
  const affected = await trx
    .selectFrom('datasetVersions')
    .selectAll()
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('datasetItems')
          .select('recordingId')
          .whereRef('datasetVersionId', '=', 'datasetVersions.id')
          .where('participantId', '=', participantId),
      ),
    )
    .orderBy('id')
    .execute()
  for (const version of affected) {
    const items = await trx
      .selectFrom('datasetItems')
      .select(['recordingId', 'participantId', 'siteId', 'task', 'sha256', 'label', 'metadata'])
      .where('datasetVersionId', '=', version.id)
      .orderBy('recordingId')
      .execute()
    const gone = items.filter((item) => item.participantId === participantId)
    await trx
      .insertInto('datasetWithdrawals')
      .values(gone.map(({ recordingId }) => ({ datasetVersionId: version.id, recordingId, withdrawnAt: now })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    // A version that was marked before has its successor, which loses this participant in its own turn.
    const left = items.filter((item) => item.participantId !== participantId)
    const successorId = version.withdrawnAt === null ? await successorOf(trx, version, left) : version.successorId
    await trx
      .updateTable('datasetVersions')
      .set({ withdrawnAt: version.withdrawnAt ?? now, successorId })
      .where('id', '=', version.id)
      .execute()
  }
  const versions = affected.map(({ id }) => id)
  if (versions.length === 0) return { versions, models: [] }
  await cancelRuns(trx, versions)
  await withdrawExports(trx, versions)
  const models = await modelsOf(trx, versions)
  await flagModels(
    trx,
    models.map((modelId) => ({ modelId, withdrawalId })),
  )
  return { versions, models }
}

async function successorOf(
  trx: Trx,
  version: { name: string; description: string; simulated: boolean; frozenBy: string; cohort: Cohort | null },
  items: Parameters<typeof fileVersion>[1]['items'],
): Promise<string | null> {
  if (items.length === 0) return null
  const same = await trx
    .selectFrom('datasetVersions')
    .select('id')
    .where('contentHash', '=', contentHashOf(items))
    .executeTakeFirst()
  if (same !== undefined) return same.id
  const { description, simulated, frozenBy, cohort } = version
  const successor = await fileVersion(trx, {
    name: await freeName(trx, version.name),
    description,
    items,
    simulated,
    frozenBy,
    cohort,
  })
  return successor.id
}

/** `Wards, March` is followed by `Wards, March (w2)`, that by `(w3)`. */
async function freeName(trx: Trx, name: string): Promise<string> {
  const [, base = name, number = '1'] = /^(.*) \(w(\d+)\)$/.exec(name) ?? []
  const names = await trx
    .selectFrom('datasetVersions')
    .select('name')
    .where(sql<boolean>`starts_with(name, ${base})`)
    .execute()
  const taken = new Set(names.map((row) => row.name))
  let next = Number(number) + 1
  while (taken.has(`${base} (w${next})`)) next += 1
  return `${base} (w${next})`
}

async function modelsOf(trx: Trx, versions: readonly string[]): Promise<string[]> {
  const models = await trx
    .selectFrom('modelVersions')
    .select('modelId')
    .where('datasetVersionId', 'in', versions)
    .execute()
  return models.map(({ modelId }) => modelId)
}

async function cancelRuns(trx: Trx, versions: readonly string[]): Promise<void> {
  const failure = 'A participant of its dataset version has withdrawn. Start it again on the version without them.'
  await trx
    .updateTable('trainingRuns')
    .set({ status: 'cancelled', cancelRequested: true, endedAt: new Date(), failure })
    .where('datasetVersionId', 'in', versions)
    .where('status', '=', 'queued')
    .execute()
  await trx
    .updateTable('trainingRuns')
    .set({ cancelRequested: true })
    .where('datasetVersionId', 'in', versions)
    .where('status', '=', 'running')
    .execute()
}
