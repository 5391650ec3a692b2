import { Readable } from 'node:stream'
import { Upload } from '@tus/server'
import { openCarriedFile } from '@spira/shared/protocol/carriedFile.ts'
import type { CarriedReceipts, CarriedRecord } from '@spira/shared/protocol/carriedRecord.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { PROTOCOL_VERSION } from '@spira/shared/protocol/records.ts'
import type { SignedReceipt } from '@spira/shared/protocol/receipt.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { AuthenticatedDevice } from '../fleet/requireDevice.ts'
import { refuseRevoked } from '../fleet/revoke.ts'
import type { ServerContext } from '../server/context.ts'
import { ingestEvents } from './events.ts'
import { finaliseRecording } from './finalise.ts'
import { MAX_UPLOAD_BYTES, newUploadId } from './uploadStore.ts'

/** What came of a carried file: counts for the person who brought it, receipts for the device. */
export interface ImportedFile {
  readonly deviceId: string
  readonly madeAt: string
  readonly events: number
  readonly audios: number
  readonly receipts: CarriedReceipts
}

/**
 * Reads a file that was carried here on a USB stick and files what it holds through the same doors as the network: the same batches, the
 * same uploads, the same checks and receipts. Read twice, it is filed once.
 *
 * @throws SpiraError carried_file_invalid, carried_file_of_other_server, device_unknown, device_revoked. What was read before a
 *   damaged place is filed.
 */
export async function importCarriedFile(
  context: ServerContext,
  source: AsyncIterable<Uint8Array>,
  actor: string,
): Promise<ImportedFile> {
  const { db, keys, serverId } = context
  const { head, records } = await openCarriedFile(source, {
    serverId,
    privateKey: async (keyId) => (keyId === keys.carriedFiles.keyId ? keys.carriedFiles.privateKey : null),
    devicePublicKey: async (id) =>
      (await db.selectFrom('devices').select('publicKey').where('id', '=', id).executeTakeFirst())?.publicKey ?? null,
  })
  const device = await db
    .selectFrom('devices')
    .select(['id', 'siteId', 'revokedAt'])
    .where('id', '=', head.deviceId)
    .executeTakeFirstOrThrow()
  if (device.revokedAt !== null) throw await refuseRevoked(context, device.id, device.revokedAt)

  const receipts: CarriedReceipts = { kind: 'spira-receipts', version: 1, receipts: [], rejected: [] }
  const filed = { events: 0, audios: 0 }
  for (let next = await records.next(); next.done !== true; next = await records.next()) {
    const record = next.value
    if (record.kind === 'events') {
      const { receipt, rejected } = await ingestEvents(context, device, {
        protocolVersion: PROTOCOL_VERSION,
        sentAt: head.madeAt,
        events: [...record.events],
      })
      receipts.receipts.push(receipt)
      receipts.rejected.push(...rejected)
      filed.events += receipt.receipt.items.length
    } else if (record.kind === 'audio') {
      const outcome = await fileAudio(context, device, record, records)
      if (outcome instanceof SpiraError) {
        const { code, message } = outcome
        receipts.rejected.push({ id: record.recordingId, code, message })
      } else {
        receipts.receipts.push(outcome)
        filed.audios += 1
      }
    } else if (record.kind === 'piece') throw new SpiraError('carried_file_invalid', { detail: 'a piece of no audio' })
  }
  await db.transaction().execute((trx) =>
    appendAudit(trx, {
      actor,
      action: 'carried-file.imported',
      subject: `device:${device.id}`,
      details: { ...filed, rejected: receipts.rejected.length },
    }),
  )
  return { deviceId: device.id, madeAt: head.madeAt, ...filed, receipts }
}

/** The audio becomes an upload as any other, and is finalised as any other. @returns the receipt, or why it was refused. */
async function fileAudio(
  context: ServerContext,
  device: AuthenticatedDevice,
  { recordingId, sha256, byteLength }: Extract<CarriedRecord, { kind: 'audio' }>,
  records: AsyncIterator<CarriedRecord>,
): Promise<SignedReceipt | SpiraError> {
  if (byteLength > MAX_UPLOAD_BYTES) throw new SpiraError('upload_too_large', { most: MAX_UPLOAD_BYTES })
  const uploadId = newUploadId(device.id)
  const { tus } = context.uploads
  const pieces = new Pieces(records, byteLength)
  try {
    const metadata = { recordingId, sha256 }
    await tus.create(new Upload({ id: uploadId, size: byteLength, offset: 0, metadata }))
    await tus.write(Readable.from(pieces), uploadId, 0)
    return await finaliseRecording(context, device, { recordingId, uploadId, sha256 })
  } catch (error) {
    await context.uploads.discard(uploadId)
    // tus tells only that it could not write; why is the file's own refusal.
    if (pieces.failure !== null) throw pieces.failure
    if (error instanceof SpiraError) return error
    throw error
  }
}

/** The pieces of one audio, as they come out of the file. */
class Pieces implements AsyncIterable<Uint8Array> {
  /** Why the file could not be read on. */
  failure: Error | null = null
  readonly #records: AsyncIterator<CarriedRecord>
  readonly #byteLength: number

  constructor(records: AsyncIterator<CarriedRecord>, byteLength: number) {
    this.#records = records
    this.#byteLength = byteLength
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (let read = 0; read < this.#byteLength;) {
        const { bytes } = await this.#next()
        read += bytes.byteLength
        if (read > this.#byteLength) throw new SpiraError('carried_file_invalid', { detail: 'an audio is too long' })
        yield bytes
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error('the file cannot be read', { cause: error })
      throw error
    }
  }

  async #next(): Promise<Extract<CarriedRecord, { kind: 'piece' }>> {
    const next = await this.#records.next()
    if (next.done !== true && next.value.kind === 'piece') return next.value
    throw new SpiraError('carried_file_invalid', { detail: 'an audio is cut off' })
  }
}
