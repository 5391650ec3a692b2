import { hash } from 'node:crypto'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { BlobStore } from '../blobs/blobStore.ts'
import type { ExportItem } from './deidentification.ts'

/**
 * The sound of a recording, which is what was filed: its hash is computed again, so that no disk's error leaves as a patient's voice. On
 * this thread: another would be given a copy of the bytes first, which costs more than half of what hashing does.
 *
 * @throws SpiraError recording_damaged
 */
export async function readFiled(
  blobs: Pick<BlobStore, 'read'>,
  { recordingId, sha256 }: Pick<ExportItem, 'recordingId' | 'sha256'>,
): Promise<Uint8Array> {
  const bytes = await blobs.read(sha256).catch((cause: unknown) => {
    throw new SpiraError('recording_damaged', { id: recordingId }, { cause })
  })
  if (hash('sha256', bytes) !== sha256) throw new SpiraError('recording_damaged', { id: recordingId })
  return bytes
}
