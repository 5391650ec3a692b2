import { contentHashOf } from '../../../datasets/fileVersion.ts'
import { requireNotWithdrawn } from '../../../datasets/withdrawnItems.ts'
import type { StageHandler } from './handler.ts'

/** Holds the run to the version it was started on: what is stored of it still has its content hash, and nobody of it has withdrawn. */
export const freeze: StageHandler = async ({ context: { db }, run, progress }) => {
  await requireNotWithdrawn(db, run.datasetVersionId)
  const { contentHash } = await db
    .selectFrom('datasetVersions')
    .select('contentHash')
    .where('id', '=', run.datasetVersionId)
    .executeTakeFirstOrThrow()
  const items = await db
    .selectFrom('datasetItems')
    .select(['recordingId', 'participantId', 'siteId', 'task', 'sha256', 'label', 'metadata'])
    .where('datasetVersionId', '=', run.datasetVersionId)
    .orderBy('recordingId')
    .execute()
  const stored = contentHashOf(items)
  if (stored !== contentHash)
    throw new Error(
      `The stored dataset version has the content hash ${stored}, it was frozen as ${contentHash}. Restore it from the backup, or freeze a new one.`,
    )
  progress.say(`${items.length} recordings, content hash ${contentHash}`)
  return { output: { contentHash } }
}
