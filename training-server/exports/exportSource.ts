import type { ExportPreview, ExportRequest } from '@spira/shared/protocol/exportsApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { requireNotWithdrawn } from '../datasets/withdrawnItems.ts'
import type { ServerContext } from '../server/context.ts'
import { deidentify, NEVER_EXPORTED, withholdsText } from './deidentification.ts'
import type { ExportSource } from './layouts/layout.ts'
import { readFiled } from './readFiled.ts'

/** A dataset version as an export may arrange it. @throws SpiraError not_found, and where a participant has withdrawn since (datasets/withdrawnItems.ts). */
export async function exportSource(
  { db, blobs, keys }: ServerContext,
  request: Pick<ExportRequest, 'datasetVersionId' | 'audio' | 'clearedText'>,
): Promise<ExportSource & Pick<ExportPreview, 'withheld'>> {
  const { datasetVersionId, audio, clearedText } = request
  const dataset = await db
    .selectFrom('datasetVersions')
    .selectAll()
    .where('id', '=', datasetVersionId)
    .executeTakeFirst()
  if (dataset === undefined) throw new SpiraError('not_found')
  await requireNotWithdrawn(db, datasetVersionId)
  const frozen = await db
    .selectFrom('datasetItems')
    .leftJoin('recordings', 'recordings.id', 'datasetItems.recordingId')
    .selectAll('datasetItems')
    .select('recordings.deviceId')
    .where('datasetVersionId', '=', datasetVersionId)
    .orderBy('datasetItems.recordingId')
    .execute()
  const leaving = frozen.filter(({ task }) => !NEVER_EXPORTED.has(task))
  const items = deidentify(leaving, { secret: keys.exports, scope: datasetVersionId, cleared: clearedText })
  if (new Set(items.map(({ key }) => key)).size !== items.length)
    throw new Error('two recordings of one export have one name')
  return {
    dataset,
    institution: process.env['SPIRA_INSTITUTION']?.trim() || null,
    items,
    columns: [...new Set(items.flatMap(({ row }) => Object.keys(row)))],
    audio,
    readWav: (item) => readFiled(blobs, item),
    withheld: {
      neverExported: frozen.length - leaving.length,
      freeText: leaving.filter(({ metadata }) => withholdsText(metadata, clearedText)).length,
    },
  }
}
