import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { ERRORS } from '@tus/server'
import type { S3BlobStore } from '../blobs/s3BlobStore.ts'
import type { S3Location } from '../blobs/s3Location.ts'
import { BucketTus } from './bucketTus.ts'
import {
  deviceOfUpload,
  digestOf,
  type FinishedUpload,
  type PendingUpload,
  requireFinished,
  uploadMetadataSchema,
  type UploadStore,
} from './uploadStore.ts'

/** Uploads as multipart uploads of the bucket where the blobs are: then servers on several machines share them, too. */
export class S3UploadStore implements UploadStore {
  readonly tus: BucketTus
  readonly #client: S3Client
  readonly #bucket: string
  readonly #blobs: S3BlobStore

  constructor(location: S3Location, blobs: S3BlobStore) {
    const { bucket, ...client } = location
    this.#bucket = bucket
    this.#client = new S3Client(client)
    this.#blobs = blobs
    this.tus = new BucketTus(location, (uploadId) => this.discard(uploadId))
  }

  async finished(uploadId: string, recordingId: string): Promise<FinishedUpload> {
    const byteLength = await requireFinished(this.tus, uploadId, recordingId)
    await this.tus.complete(uploadId)
    return {
      byteLength,
      digest: async () => {
        const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: uploadId }))
        if (!(Body instanceof Readable)) throw new TypeError('the S3 client gave no stream')
        return digestOf(Body)
      },
      file: (sha256) => this.#blobs.adopt(uploadId, sha256),
    }
  }

  async discard(uploadId: string): Promise<void> {
    if (deviceOfUpload(uploadId) === undefined) return
    const { Uploads = [] } = await this.#client.send(
      new ListMultipartUploadsCommand({ Bucket: this.#bucket, Prefix: uploadId }),
    )
    for (const { Key, UploadId } of Uploads)
      await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key, UploadId }))
    // The description last: while it is there, the rest is found again.
    for (const Key of [uploadId, `${uploadId}.part`, `${uploadId}.info`])
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key }))
  }

  async ofDevice(deviceId: string): Promise<readonly string[]> {
    const ids: string[] = []
    let token: string | undefined
    do {
      const page = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: `${deviceId}.`, ContinuationToken: token }),
      )
      for (const { Key = '' } of page.Contents ?? []) if (Key.endsWith('.info')) ids.push(Key.slice(0, -'.info'.length))
      token = page.NextContinuationToken
    } while (token !== undefined)
    return ids
  }

  async announcedBytes(uploadId: string): Promise<number> {
    return this.tus.announcedBytes(uploadId)
  }

  /** It remembers none. */
  distrustHashes(): void {}

  async *list(now: number): AsyncGenerator<PendingUpload> {
    const described = new Set<string>()
    let token: string | undefined
    do {
      // Blobs lie under `blobs/` and are not gone through.
      const page = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Delimiter: '/', ContinuationToken: token }),
      )
      for (const { Key = '', LastModified } of page.Contents ?? []) {
        const uploadId = Key.endsWith('.info') ? Key.slice(0, -'.info'.length) : ''
        if (deviceOfUpload(uploadId) === undefined) continue
        described.add(uploadId)
        const upload = await this.tus.getUpload(uploadId).catch(unlessGone)
        const metadata = uploadMetadataSchema.safeParse(upload?.metadata)
        // A description alone: filed, and cut off before it was taken away.
        if (upload === null || !metadata.success) await this.#discardOld(uploadId, now, LastModified)
        else {
          const state = upload.offset === upload.size ? 'finished' : 'unfinished'
          yield { uploadId, ...metadata.data, state, lastWrittenAt: LastModified?.getTime() ?? 0 }
        }
      }
      token = page.NextContinuationToken
    } while (token !== undefined)
    await this.#discardUndescribed(described, now)
  }

  /** Parts without a description: cut off in the making. */
  async #discardUndescribed(described: ReadonlySet<string>, now: number): Promise<void> {
    const { Uploads = [] } = await this.#client.send(new ListMultipartUploadsCommand({ Bucket: this.#bucket }))
    for (const { Key = '', Initiated } of Uploads) if (!described.has(Key)) await this.#discardOld(Key, now, Initiated)
  }

  /** Not the halves of one that is being made right now. */
  async #discardOld(uploadId: string, now: number, since: Date | undefined): Promise<void> {
    if (since !== undefined && now - since.getTime() > 3_600_000) await this.discard(uploadId)
  }
}

function unlessGone(error: unknown): null {
  if (error === ERRORS.FILE_NOT_FOUND) return null
  throw error
}
