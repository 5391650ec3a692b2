import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@tus/server'
import { afterAll, describe, expect, test } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import { S3BlobStore } from '../blobs/s3BlobStore.ts'
import { s3LocationOf } from '../blobs/s3Location.ts'
import { startSwift, swiftIsInstalled } from '../blobs/testing/swift.ts'
import { S3UploadStore } from './s3UploadStore.ts'
import { openUploadEndpoint } from './testing/uploadEndpoint.ts'
import { tusConformance } from './tusConformance.ts'
import { deviceOfUpload, newUploadId } from './uploadStore.ts'
import { uploadsContract } from './uploadsContract.ts'

/** A minute of an object store's answers: `npm run -s test:s3`, not `npm test`. */
const isWanted = process.env['SPIRA_TEST_S3'] !== undefined && swiftIsInstalled()

describe.skipIf(!isWanted)('uploads in a bucket', { timeout: 120_000 }, async () => {
  if (!isWanted) return
  const swift = await startSwift()
  afterAll(() => swift.stop())
  const location = { ...s3LocationOf(swift.url), credentials: swift.credentials }
  const copies = await mkdtemp(join(tmpdir(), 'spira-s3-'))
  afterAll(() => rm(copies, { recursive: true, force: true }))
  const blobs = await S3BlobStore.open(location, copies)
  const uploads = new S3UploadStore(location, blobs)
  const endpoint = await openUploadEndpoint({ blobs, uploads })
  tusConformance(endpoint)
  await uploadsContract(endpoint)

  const client = new S3Client(location)
  const Bucket = location.bucket

  /** 6 MB of which the first part is in the bucket. */
  async function begun() {
    const bytes = randomBytes(6_000_000)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const [recordingId, uploadId] = [newId(), newUploadId(newId())]
    await uploads.tus.create(
      new Upload({ id: uploadId, size: bytes.length, offset: 0, metadata: { recordingId, sha256 } }),
    )
    await uploads.tus.write(Readable.from([bytes.subarray(0, 5_500_000)]), uploadId, 0)
    return { bytes, sha256, recordingId, uploadId, rest: bytes.subarray(5_500_000) }
  }

  test('every part was there when the server was killed: the upload is whole, and is filed', async () => {
    const { uploadId, recordingId, sha256, rest } = await begun()
    const UploadId = await partsOf(uploadId)
    await client.send(new UploadPartCommand({ Bucket, Key: uploadId, UploadId, PartNumber: 2, Body: rest }))
    const finished = await uploads.finished(uploadId, recordingId)
    expect((await finished.digest()).hash).toBe(sha256)
    await finished.file(sha256)
    await uploads.discard(uploadId)
    expect(await blobs.size(sha256)).toBe(6_000_000)
  })

  test('what another process took away is gone for this one, and not whole', async () => {
    const { uploadId, recordingId } = await begun()
    await new S3UploadStore(location, blobs).discard(uploadId)
    await expect(uploads.tus.getUpload(uploadId)).rejects.toMatchObject({ status_code: 404 })
    await expect(uploads.finished(uploadId, recordingId)).rejects.toMatchObject({ code: 'upload_unknown' })
  })

  test('halves of uploads, cut off in the making or in the taking away, are swept after an hour and hinder no sweep', async () => {
    const [described, undescribed] = [await begun(), newUploadId(newId())]
    await client.send(
      new AbortMultipartUploadCommand({ Bucket, Key: described.uploadId, UploadId: await partsOf(described.uploadId) }),
    )
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key: undescribed }))
    await client.send(new PutObjectCommand({ Bucket, Key: `blobs/ab/${'ab'.repeat(32)}`, Body: 'a blob' }))
    const left = async () => [
      await partsOf(undescribed),
      ...(await uploads.ofDevice(deviceOfUpload(described.uploadId) ?? '')),
    ]
    const swept = async (now: number) => {
      for await (const { uploadId } of uploads.list(now)) expect(uploadId).not.toBe(described.uploadId)
      return left()
    }
    expect(await swept(Date.now())).toEqual([expect.any(String), described.uploadId])
    expect(await swept(Date.now() + 61 * 60_000)).toEqual([undefined])
  })

  async function partsOf(uploadId: string): Promise<string | undefined> {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: uploadId }))
    return Uploads[0]?.UploadId
  }
})
