import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@tus/server'
import { afterAll, describe, expect, test } from 'vitest'
import { newId } from '@spira/shared/protocol/ids.ts'
import { S3UploadStore } from '../ingest/s3UploadStore.ts'
import { newUploadId } from '../ingest/uploadStore.ts'
import { blobStoreContract } from './blobStoreContract.ts'
import { S3BlobStore } from './s3BlobStore.ts'
import { s3LocationOf } from './s3Location.ts'
import { startSwift, swiftIsInstalled } from './testing/swift.ts'

describe.skipIf(!swiftIsInstalled())(
  'against Swift with s3api',
  async () => {
    const swift = swiftIsInstalled() ? await startSwift() : null
    afterAll(() => swift?.stop())
    if (swift === null) return
    const location = { ...s3LocationOf(swift.url), credentials: swift.credentials }
    const empty = async (): Promise<void> => {
      const client = new S3Client(location)
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: location.bucket }))
      for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket: location.bucket, Key }))
    }

    blobStoreContract('S3', async (folder) => {
      await empty()
      return S3BlobStore.open(location, join(folder, 'copies'))
    })

    test('an upload in parts is finished, read back, made a blob and taken away', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'spira-s3-'))
      const blobs = await S3BlobStore.open(location, folder)
      const uploads = new S3UploadStore(location, blobs)
      const bytes = randomBytes(7_000_000)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const [recordingId, uploadId] = [newId(), newUploadId(newId())]
      await uploads.tus.create(
        new Upload({ id: uploadId, size: bytes.length, offset: 0, metadata: { recordingId, sha256 } }),
      )
      await uploads.tus.write(Readable.from([bytes.subarray(0, 6_000_000)]), uploadId, 0)
      await expect(uploads.finished(uploadId, recordingId)).rejects.toMatchObject({ code: 'upload_incomplete' })
      expect(await listed(uploads)).toMatchObject([{ uploadId, state: 'unfinished' }])
      await uploads.tus.write(Readable.from([bytes.subarray(6_000_000)]), uploadId, 6_000_000)
      await expect(uploads.finished(uploadId, newId())).rejects.toMatchObject({ code: 'upload_unknown' })
      const finished = await uploads.finished(uploadId, recordingId)
      expect(await listed(uploads)).toMatchObject([{ uploadId, recordingId, sha256, state: 'finished' }])
      expect(await finished.digest()).toEqual({ hash: sha256, header: bytes.subarray(0, 44) })
      await finished.file(sha256)
      await uploads.discard(uploadId)
      expect(await listed(uploads)).toEqual([])
      expect(await blobs.size(sha256)).toBe(bytes.length)
      await rm(folder, { recursive: true, force: true })
    })

    test('a wrong secret opens nothing', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'spira-s3-'))
      const credentials = { ...swift.credentials, secretAccessKey: 'guessed' }
      const stranger = await S3BlobStore.open({ ...location, credentials }, folder)
      await expect(stranger.put(randomBytes(10))).rejects.toThrow()
      await rm(folder, { recursive: true, force: true })
    })
  },
  120_000,
)

async function listed(uploads: S3UploadStore) {
  const found: unknown[] = []
  for await (const upload of uploads.list(Date.now())) found.push(upload)
  return found
}

test('an address that names no bucket is refused in a sentence', () => {
  for (const address of ['/var/blobs', 'https://s3.example.org/spira', 's3://', 's3://key:secret@spira'])
    expect(() => s3LocationOf(address)).toThrow(`"${address}" names no bucket`)
  expect(s3LocationOf('s3://spira?endpoint=https://s3.example.org&region=sa-east-1')).toMatchObject({
    bucket: 'spira',
    endpoint: 'https://s3.example.org',
    region: 'sa-east-1',
  })
})
