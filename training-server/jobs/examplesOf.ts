import type { ServerContext } from '../server/context.ts'
import { groupsOf } from '../training/groups.ts'
import type { TrainingExample } from '../training/trainingRequest.ts'

/** The recordings of a frozen dataset version as training and evaluation take them. */
export async function examplesOf(
  { db, blobs }: Pick<ServerContext, 'db' | 'blobs'>,
  datasetVersionId: string,
): Promise<TrainingExample[]> {
  const items = await db
    .selectFrom('datasetItems')
    .selectAll()
    .where('datasetVersionId', '=', datasetVersionId)
    .orderBy('recordingId')
    .execute()
  const examples: TrainingExample[] = []
  for (const { recordingId, participantId, siteId, task, label, sha256, metadata } of items) {
    const groups = groupsOf({ ...metadata, task })
    examples.push({ recordingId, participantId, siteId, label, groups, wavPath: await blobs.localPath(sha256) })
  }
  return examples
}
