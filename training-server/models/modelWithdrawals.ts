import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { ModelWithdrawal } from '@spira/shared/protocol/withdrawalApi.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import type { Transaction } from 'kysely'
import { appendAudit } from '../audit/auditLog.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'

/** Models that learned from somebody who has withdrawn since; those without a decision first. */
export async function listModelWithdrawals(db: ServerContext['db']): Promise<ModelWithdrawal[]> {
  const rows = await db
    .selectFrom('modelWithdrawals')
    .innerJoin('modelVersions', 'modelVersions.modelId', 'modelWithdrawals.modelId')
    .selectAll('modelWithdrawals')
    .select('modelVersions.version as modelVersion')
    .orderBy('decidedAt', (order) => order.desc().nullsFirst())
    .orderBy('flaggedAt', 'desc')
    .execute()
  return rows.map((row) => ({
    ...row,
    flaggedAt: row.flaggedAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  }))
}

/** Writes down what a person decided; the model itself is retired or trained anew by the usual ways. */
export async function decideOnModel(
  db: ServerContext['db'],
  id: string,
  { decision, reason, actor }: { decision: NonNullable<ModelWithdrawal['decision']>; reason: string; actor: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const decided = await trx
      .updateTable('modelWithdrawals')
      .set({ decision, reason, decidedBy: actor, decidedAt: new Date() })
      .where('id', '=', id)
      .returning('modelId')
      .executeTakeFirst()
    if (decided === undefined) throw new SpiraError('not_found')
    await appendAudit(trx, {
      actor,
      action: 'model.withdrawal-decided',
      subject: `model:${decided.modelId}`,
      details: { decision, reason, modelWithdrawal: id },
    })
  })
}

/** Leaves it to a person to decide on models that learned from somebody who has withdrawn. */
export async function flagModels(
  trx: Transaction<Database>,
  flags: readonly { readonly modelId: string; readonly withdrawalId: string }[],
): Promise<void> {
  if (flags.length === 0) return
  const undecided = { flaggedAt: new Date(), decision: null, reason: null, decidedBy: null, decidedAt: null }
  await trx
    .insertInto('modelWithdrawals')
    .values(flags.map((flag) => ({ id: newId(), ...flag, ...undecided })))
    .execute()
}

/** Flags a model that is being registered for everybody who has withdrawn from its dataset version by now. */
export async function flagRegistered(
  trx: Transaction<Database>,
  { modelId, datasetVersionId }: { readonly modelId: string; readonly datasetVersionId: string },
): Promise<void> {
  const withdrawn = await trx
    .selectFrom('datasetWithdrawals')
    .innerJoin('withdrawnRecords', 'withdrawnRecords.id', 'datasetWithdrawals.recordingId')
    .innerJoin('withdrawals', 'withdrawals.participantId', 'withdrawnRecords.participantId')
    .select('withdrawals.id as withdrawalId')
    .distinct()
    .where('datasetVersionId', '=', datasetVersionId)
    .execute()
  await flagModels(
    trx,
    withdrawn.map(({ withdrawalId }) => ({ modelId, withdrawalId })),
  )
}
