import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import type { Transaction } from 'kysely'
import { blobLock } from '../blobs/sweepBlobs.ts'
import type { Database } from '../db/schema.ts'
import type { AuthenticatedDevice } from '../fleet/requireDevice.ts'
import { isWithdrawnRecord } from '../participants/tombstone.ts'
import type { ServerContext } from '../server/context.ts'
import { signReceipt } from './receipts.ts'
import { deviceOfUpload, digestOf, requireOwner } from './uploadStore.ts'
import { checkWav, WAV_HEADER_BYTES } from './wavHeader.ts'

/**
 * Files the audio of a recording once and answers with its receipt; called again, with the same receipt.
 *
 * The recording's row is locked from the first look to the commit, so two calls at once take turns. A crash at any point is
 * mended by the next call: before the blob is in place the upload is still there; after it, the blob is found under its
 * hash; the row and the receipt are one commit.
 */
export async function finaliseRecording(
  context: ServerContext,
  device: Pick<AuthenticatedDevice, 'id'>,
  { recordingId, uploadId, sha256 }: { recordingId: string; uploadId: string; sha256: string },
): Promise<SignedReceipt> {
  if (deviceOfUpload(uploadId) !== device.id) return fileOnce(context, device, { recordingId, uploadId, sha256 })
  // Nobody writes to it from the look at its hash until it is filed.
  return context.uploadLocks.while(uploadId, async () => {
    const receipt = await fileOnce(context, device, { recordingId, uploadId, sha256 })
    await context.uploads.discard(uploadId)
    return receipt
  })
}

async function fileOnce(
  context: ServerContext,
  device: Pick<AuthenticatedDevice, 'id'>,
  { recordingId, uploadId, sha256 }: { recordingId: string; uploadId: string; sha256: string },
): Promise<SignedReceipt> {
  return context.db.transaction().execute(async (trx) => {
    const recording = await trx
      .selectFrom('recordings')
      // One question for both locks: whoever files or removes the same bytes takes turns with this call, too.
      .select(['sha256', 'sampleCount', 'filedAt', blobLock(sha256).as('locked')])
      .where('id', '=', recordingId)
      .where('deviceId', '=', device.id)
      .forUpdate()
      .executeTakeFirst()
    if (recording === undefined) return acknowledgeWithdrawn(context, trx, device, { recordingId, sha256 })
    if (recording.sha256 !== sha256)
      throw new SpiraError(recording.filedAt === null ? 'hash_mismatch' : 'audio_conflict')
    if (recording.filedAt !== null) return givenReceipt(trx, recordingId)

    if (await context.blobs.has(sha256)) await checkBlob(context, sha256, recording.sampleCount)
    else await fileUpload(context, device, { recordingId, uploadId, sha256, sampleCount: recording.sampleCount })

    const signed = await signReceipt(context, {
      deviceId: device.id,
      kind: 'recording',
      items: [{ id: recordingId, sha256 }],
    })
    const { receiptId, deviceId, kind, issuedAt } = signed.receipt
    await trx
      .with('filed', (filing) =>
        filing.updateTable('recordings').set({ filedAt: issuedAt }).where('id', '=', recordingId),
      )
      .insertInto('receipts')
      .values({ id: receiptId, deviceId, kind, recordingId, body: JSON.stringify(signed), issuedAt })
      .execute()
    return signed
  })
}

/** The same receipt again: row and receipt were one commit. */
async function givenReceipt(trx: Transaction<Database>, recordingId: string): Promise<SignedReceipt> {
  const { body } = await trx
    .selectFrom('receipts')
    .select('body')
    .where('recordingId', '=', recordingId)
    .executeTakeFirstOrThrow()
  return body
}

/** The participant has withdrawn: nothing is filed, and the signed word that it need not be sent again is not kept either. */
async function acknowledgeWithdrawn(
  context: ServerContext,
  trx: Transaction<Database>,
  { id: deviceId }: Pick<AuthenticatedDevice, 'id'>,
  { recordingId, sha256 }: { recordingId: string; sha256: string },
): Promise<SignedReceipt> {
  if (!(await isWithdrawnRecord(trx, recordingId))) throw new SpiraError('recording_unknown')
  return signReceipt(context, { deviceId, kind: 'recording', items: [{ id: recordingId, sha256, withdrawn: true }] })
}

async function fileUpload(
  { uploads }: ServerContext,
  device: Pick<AuthenticatedDevice, 'id'>,
  {
    recordingId,
    uploadId,
    sha256,
    sampleCount,
  }: { recordingId: string; uploadId: string; sha256: string; sampleCount: number },
): Promise<void> {
  requireOwner(uploadId, device.id)
  const upload = await uploads.finished(uploadId, recordingId)
  try {
    const { hash, header } = await upload.digest()
    if (hash !== sha256) throw new SpiraError('hash_mismatch')
    checkWav(header, upload.byteLength, sampleCount)
  } catch (error) {
    // Wrong audio is of no use to a retry; a disk that failed is.
    if (error instanceof SpiraError) await uploads.discard(uploadId)
    throw error
  }
  await upload.file(sha256)
}

/** The same bytes are filed already: by a call that was cut off before its commit, or for a recording with the same audio. */
async function checkBlob({ blobs }: ServerContext, sha256: string, sampleCount: number): Promise<void> {
  const { header } = await digestOf(await blobs.open(sha256, { start: 0, end: WAV_HEADER_BYTES - 1 }))
  checkWav(header, await blobs.size(sha256), sampleCount)
}
