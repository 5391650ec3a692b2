import type { ExportRequest } from '@spira/shared/protocol/exportsApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { requireNotWithdrawn } from '../datasets/withdrawnItems.ts'
import type { ServerContext } from '../server/context.ts'
import { deidentify } from './deidentification.ts'
import type { ExportSource } from './layouts/layout.ts'

/** Not exported even where a dataset version holds them. */
const NEVER_EXPORTED: ReadonlySet<string> = new Set(['spoken-consent', 'ambient-noise'])

/** A dataset version as an export may arrange it. @throws SpiraError not_found, and where a participant has withdrawn since (datasets/withdrawnItems.ts). */
export async function exportSource(
  { db, blobs, keys }: ServerContext,
  request: Pick<ExportRequest, 'datasetVersionId' | 'audio' | 'clearedText'>,
): Promise<ExportSource & { readonly withheld: number }> {
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
    .selectAll()
    .where('datasetVersionId', '=', datasetVersionId)
    .orderBy('recordingId')
    .execute()
  const leaving = frozen.filter(({ task }) => !NEVER_EXPORTED.has(task))
  const items = deidentify(leaving, { secret: keys.exports, scope: datasetVersionId, cleared: clearedText })
  if (new Set(items.map(({ key }) => key)).size !== items.length)
    throw new Error('two recordings of one export have one name')
  return {
    dataset,
    items,
    columns: [...new Set(items.flatMap(({ row }) => Object.keys(row)))],
    audio,
    readWav: ({ sha256 }) => blobs.read(sha256),
    withheld: frozen.length - leaving.length,
  }
}
