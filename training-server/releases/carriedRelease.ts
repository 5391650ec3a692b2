import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { storedPath, targetPath, type ReleaseFile, RELEASE_FILES } from '@spira/shared/release/releaseTarget.ts'
import type { ServerContext } from '../server/context.ts'
import { releasesToOffer } from './releasedModels.ts'

/**
 * The repository as one tar, for a clinic without a network: every root, the newest of the other metadata, and the files of the releases
 * that are offered. What is in it is signed; where it comes from does not matter.
 */
export async function carriedRelease({ db, blobs }: Pick<ServerContext, 'db' | 'blobs'>): Promise<Readable> {
  const { metadata, releases } = await db.transaction().execute(async (trx) => ({
    metadata: await trx
      .selectFrom('tufMetadata')
      .select(['fileName', 'text', 'role', 'version'])
      .orderBy('version')
      .execute(),
    // Withdrawn or waiting releases have no signed target, and a device asks for no file that is not signed.
    releases: await releasesToOffer(trx, blobs),
  }))
  const newest = new Map(metadata.map((row) => [row.role === 'root' ? row.fileName : row.role, row]))
  const archive = pack()
  for (const { fileName, text } of newest.values()) archive.entry({ name: `metadata/${fileName}` }, text)
  for (const { modelId, files } of releases) {
    for (const file of Object.keys(RELEASE_FILES) as ReleaseFile[]) {
      const { sha256 } = files[file]
      const name = `targets/${storedPath({ path: targetPath(modelId, file), sha256 })}`
      archive.entry({ name }, await buffer(await blobs.open(sha256)))
    }
  }
  archive.finalize()
  return Readable.from(archive)
}
