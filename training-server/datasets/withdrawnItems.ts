import type { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { withdrawnItemsSchema } from '@spira/shared/protocol/withdrawalApi.ts'
import type { ServerContext } from '../server/context.ts'

/** What is to be deleted from every copy of an exported version, and who exported one while it still held it. */
export async function withdrawnItems(
  db: ServerContext['db'],
  datasetVersionId: string,
): Promise<z.infer<typeof withdrawnItemsSchema>> {
  const version = await db
    .selectFrom('datasetVersions')
    .select(['withdrawnAt', 'successorId'])
    .where('id', '=', datasetVersionId)
    .executeTakeFirst()
  if (version === undefined) throw new SpiraError('not_found')
  const recordings = await db
    .selectFrom('datasetWithdrawals')
    .select(['recordingId', 'withdrawnAt'])
    .where('datasetVersionId', '=', datasetVersionId)
    .orderBy('recordingId')
    .execute()
  const exports = await db
    .selectFrom('auditLog')
    .select(['at', 'actor'])
    .where('action', '=', 'dataset.exported')
    .where('subject', '=', `dataset-version:${datasetVersionId}`)
    .orderBy('sequence')
    .execute()
  return {
    datasetVersionId,
    withdrawnAt: version.withdrawnAt?.toISOString() ?? null,
    successorId: version.successorId,
    recordings: recordings.map((row) => ({ ...row, withdrawnAt: row.withdrawnAt.toISOString() })),
    exports: exports.map(({ at, actor }) => ({ at: at.toISOString(), by: actor })),
  }
}

/** @throws SpiraError dataset_withdrawn for a version that nothing may train on or be exported from any more. */
export async function requireNotWithdrawn(db: ServerContext['db'], datasetVersionId: string): Promise<void> {
  const version = await db
    .selectFrom('datasetVersions')
    .select(['withdrawnAt', 'successorId'])
    .where('id', '=', datasetVersionId)
    .executeTakeFirst()
  if (version?.withdrawnAt === null || version === undefined) return
  throw new SpiraError('dataset_withdrawn', { successor: version.successorId ?? 'none, nothing would be left' })
}
