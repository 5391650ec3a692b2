import { sql, type Transaction } from 'kysely'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import { blobLock } from '../blobs/sweepBlobs.ts'
import type { Database } from '../db/schema.ts'
import { isWithdrawnRecord } from '../participants/tombstone.ts'
import type { ServerContext } from '../server/context.ts'
import { signReceipt } from './receipts.ts'
import { deviceOfUpload, digestOf } from './uploadStore.ts'
import { checkWav, WAV_HEADER_BYTES } from './wavHeader.ts'

/** A complete upload that is to become the audio of a recording. */
export interface Filing {
  readonly deviceId: string
  readonly recordingId: string
  readonly uploadId: string
  readonly sha256: string
}

interface Expected {
  readonly id: string
  readonly deviceId: string
  readonly sha256: string
  readonly sampleCount: number
  readonly filedAt: Date | null
}

/**
 * Files recordings, each once, in one transaction.
 *
 * The recordings' rows are locked from the first look to the commit, so two calls at once take turns. A crash at any point is
 * mended by the next call: before a blob is in place the upload is still there; after it, the blob is found under its hash; the rows and
 * the receipts are one commit.
 *
 * @returns for each, in order, its receipt or why it was refused. @throws what concerns all of them: nothing has its receipt then.
 */
export async function fileTogether(
  context: ServerContext,
  filings: readonly Filing[],
): Promise<PromiseSettledResult<SignedReceipt>[]> {
  return context.db.transaction().execute(async (trx) => {
    const rows = await lockRows(trx, filings)
    const issuedAt = new Date().toISOString()
    const signed: SignedReceipt[] = []
    const outcomes = await Promise.allSettled(
      filings.map(async (filing) => {
        const row = rows.get(filing.recordingId)
        if (row === undefined) return acknowledgeWithdrawn(context, trx, filing)
        if (row.deviceId !== filing.deviceId) return acknowledgeFiled(context, trx, filing, row)
        if (row.sha256 !== filing.sha256)
          throw new SpiraError(row.filedAt === null ? 'hash_mismatch' : 'audio_conflict')
        if (row.filedAt !== null) return givenReceipt(trx, filing.recordingId)
        await putInPlace(context, filing, row.sampleCount)
        const receipt = await signReceipt(context, receiptOf(filing), issuedAt)
        signed.push(receipt)
        return receipt
      }),
    )
    if (signed.length > 0) await keepFiled(trx, signed, issuedAt)
    return outcomes
  })
}

/** One question for both locks: whoever files or removes the same bytes takes turns with this transaction, too. */
async function lockRows(trx: Transaction<Database>, filings: readonly Filing[]): Promise<Map<string, Expected>> {
  const rows = await trx
    .selectFrom('recordings')
    .select(['id', 'deviceId', 'sha256', 'sampleCount', 'filedAt', blobLock(sql.ref('sha256')).as('locked')])
    .where('id', '=', sql<string>`any(${filings.map(({ recordingId }) => recordingId)}::uuid[])`)
    .orderBy('id')
    .forUpdate()
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

const receiptOf = ({ deviceId, recordingId, sha256 }: Filing) => ({
  deviceId,
  kind: 'recording' as const,
  items: [{ id: recordingId, sha256 }],
})

async function keepFiled(
  trx: Transaction<Database>,
  signed: readonly SignedReceipt[],
  issuedAt: string,
): Promise<void> {
  const rows = signed.map((each) => {
    const { receiptId, deviceId, kind, items } = each.receipt
    return { id: receiptId, deviceId, kind, recordingId: items[0]?.id ?? null, body: JSON.stringify(each), issuedAt }
  })
  await trx
    .with('filed', (filing) =>
      filing
        .updateTable('recordings')
        .set({ filedAt: issuedAt })
        .where('id', '=', sql<string>`any(${rows.map(({ recordingId }) => recordingId)}::uuid[])`),
    )
    .insertInto('receipts')
    .values(rows)
    .execute()
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
  { deviceId, recordingId, sha256 }: Filing,
): Promise<SignedReceipt> {
  if (!(await isWithdrawnRecord(trx, recordingId))) throw new SpiraError('recording_unknown')
  return signReceipt(context, { deviceId, kind: 'recording', items: [{ id: recordingId, sha256, withdrawn: true }] })
}

/**
 * Filed from another device of the site, which may be the same one before it was enrolled anew: it hears, signed for it, that nothing needs
 * to be sent. The receipt that is kept is the first.
 */
async function acknowledgeFiled(
  context: ServerContext,
  trx: Transaction<Database>,
  filing: Filing,
  row: Expected,
): Promise<SignedReceipt> {
  const site = trx.selectFrom('devices').select('siteId').where('id', '=', row.deviceId)
  const colleague = await trx
    .selectFrom('devices')
    .select('id')
    .where('id', '=', filing.deviceId)
    .where('siteId', '=', site)
    .executeTakeFirst()
  if (row.filedAt === null || row.sha256 !== filing.sha256 || colleague === undefined)
    throw new SpiraError('recording_unknown')
  return signReceipt(context, receiptOf(filing))
}

/** The bytes lie in the blob store, on the disk, under their hash, when it resolves. */
async function putInPlace({ uploads, blobs }: ServerContext, filing: Filing, sampleCount: number): Promise<void> {
  const { deviceId, recordingId, uploadId, sha256 } = filing
  // Filed already: by a call that was cut off before its commit, or for a recording with the same audio.
  if (await blobs.has(sha256)) {
    const { header } = await digestOf(await blobs.open(sha256, { start: 0, end: WAV_HEADER_BYTES - 1 }))
    return checkWav(header, await blobs.size(sha256), sampleCount)
  }
  if (deviceOfUpload(uploadId) !== deviceId) throw new SpiraError('upload_unknown')
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
