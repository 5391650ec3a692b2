import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { BlobStore } from '../blobs/blobStore.ts'
import type { ExportItem } from './deidentification.ts'

/**
 * The sound of a recording, which is what was filed: its hash is computed again, off this thread, so that no disk's error leaves as a
 * patient's voice.
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
  if ((await sha256Hex(bytes)) !== sha256) throw new SpiraError('recording_damaged', { id: recordingId })
  return bytes
}
