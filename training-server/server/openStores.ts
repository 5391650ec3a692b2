import { join } from 'node:path'
import { DiskBlobStore } from '../blobs/diskBlobStore.ts'
import { S3BlobStore } from '../blobs/s3BlobStore.ts'
import { s3LocationOf } from '../blobs/s3Location.ts'
import { DiskUploadStore } from '../ingest/diskUploadStore.ts'
import { S3UploadStore } from '../ingest/s3UploadStore.ts'
import type { ServerContext } from './context.ts'

/**
 * Blobs and the uploads that become blobs: in the data folder, or in a bucket when `address` (SPIRA_BLOBS) names one. Uploads lie where
 * the blobs lie, so that filing one moves no bytes.
 */
export async function openStores(
  folders: ServerContext['folders'],
  address: string | undefined,
): Promise<Pick<ServerContext, 'blobs' | 'uploads'>> {
  if (address === undefined || address === '') {
    const blobs = await DiskBlobStore.open(join(folders.data, 'blobs'))
    return { blobs, uploads: new DiskUploadStore(folders.uploads, blobs) }
  }
  const location = s3LocationOf(address)
  const blobs = await S3BlobStore.open(location, join(folders.work, 'copies'))
  return { blobs, uploads: new S3UploadStore(location, blobs) }
}
