import { sql } from 'kysely'
import type { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { withdrawnItemsSchema } from '@spira/shared/protocol/withdrawalApi.ts'
import { exportKeys } from '../exports/exportKeys.ts'
import type { ServerContext } from '../server/context.ts'

/** What is to be deleted from every copy of an exported version, and who exported one while it still held it. */
export async function withdrawnItems(
  { db, keys }: Pick<ServerContext, 'db' | 'keys'>,
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
  // Taken through the console, or written on the server's own command line.
  const exports = await db
    .selectFrom('auditLog')
    .select(['at', 'actor'])
    .where((is) =>
      is.or([
        is.and([is('action', '=', 'export.made'), is('subject', '=', `dataset-version:${datasetVersionId}`)]),
        is.and([
          is('action', '=', 'export.downloaded'),
          is(
            'subject',
            'in',
            db
              .selectFrom('exports')
              .select(sql<string>`'export:' || id`.as('subject'))
              .where('datasetVersionId', '=', datasetVersionId),
          ),
        ]),
      ]),
    )
    .orderBy('sequence')
    .execute()
  const keyOf = exportKeys(keys.exports, datasetVersionId)
  return {
    datasetVersionId,
    withdrawnAt: version.withdrawnAt?.toISOString() ?? null,
    successorId: version.successorId,
    recordings: recordings.map(({ recordingId, withdrawnAt }) => ({
      recordingId,
      exportKey: keyOf('R', recordingId),
      withdrawnAt: withdrawnAt.toISOString(),
    })),
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
