import type { Transaction } from 'kysely'
import type { ReleaseCustom } from '@spira/shared/release/metadata.ts'
import type { ReleaseFile } from '@spira/shared/release/releaseTarget.ts'
import type { BlobStore } from '../blobs/blobStore.ts'
import type { Database } from '../db/schema.ts'

export interface ReleasedModel extends ReleaseCustom {
  readonly files: Readonly<Record<ReleaseFile, { readonly sha256: string; readonly byteLength: number }>>
}

/**
 * What the targets should name: every release that is on its way, the champion's, and the one before it, so that a device that must
 * go back and has nothing of its own can fetch it.
 */
export async function releasesToOffer(
  trx: Transaction<Database>,
  blobs: Pick<BlobStore, 'size'>,
): Promise<ReleasedModel[]> {
  const rows = await trx
    .selectFrom('rollouts')
    .innerJoin('modelVersions', 'modelVersions.modelId', 'rollouts.modelId')
    .select([
      'rollouts.sequence',
      'rollouts.state',
      'modelVersions.modelId',
      'modelVersions.version',
      'modelVersions.manifestSha256',
      'modelVersions.onnxSha256',
      'modelVersions.goldenSha256',
    ])
    .where('rollouts.state', '!=', 'withdrawn')
    .orderBy('rollouts.sequence', 'desc')
    .execute()
  const completed = rows.filter(({ state }) => state === 'completed').slice(0, 2)
  const offered = [...rows.filter(({ state }) => state !== 'completed'), ...completed]
  const file = async (sha256: string) => ({ sha256, byteLength: await blobs.size(sha256) })
  return Promise.all(
    offered.map(async ({ sequence, modelId, version, manifestSha256, onnxSha256, goldenSha256 }) => ({
      sequence,
      modelId,
      version,
      channel: 'stable' as const,
      files: {
        manifest: await file(manifestSha256),
        onnx: await file(onnxSha256),
        golden: await file(goldenSha256),
      },
    })),
  )
}
