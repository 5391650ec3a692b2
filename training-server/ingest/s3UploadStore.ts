import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { S3Store } from '@tus/s3-store'
import type { S3BlobStore } from '../blobs/s3BlobStore.ts'
import type { S3Location } from '../blobs/s3Location.ts'
import {
  deviceOfUpload,
  digestOf,
  type FinishedUpload,
  type PendingUpload,
  requireFinished,
  TUS_EXTENSIONS,
  UPLOAD_KEPT_MS,
  uploadMetadataSchema,
  type UploadStore,
} from './uploadStore.ts'

/** Uploads as multipart uploads of the bucket where the blobs are: then servers on several machines share them, too. */
export class S3UploadStore implements UploadStore {
  readonly tus: S3Store
  readonly #client: S3Client
  readonly #bucket: string
  readonly #blobs: S3BlobStore

  constructor(location: S3Location, blobs: S3BlobStore) {
    const { bucket, ...client } = location
    this.#bucket = bucket
    this.#client = new S3Client(client)
    this.#blobs = blobs
    // Without tags: who cleans up by them deletes finished uploads, too; ours are swept.
    this.tus = new S3Store({
      s3ClientConfig: location,
      useTags: false,
      expirationPeriodInMilliseconds: UPLOAD_KEPT_MS,
    })
    this.tus.extensions = TUS_EXTENSIONS
    // Its own asks for many deletions at once, which servers other than Amazon's refuse, and stumbles over a completed upload.
    this.tus.remove = async (uploadId) => {
      await this.tus.getUpload(uploadId)
      await this.discard(uploadId)
    }
  }

  async finished(uploadId: string, recordingId: string): Promise<FinishedUpload> {
    const byteLength = await requireFinished(this.tus, uploadId, recordingId)
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

  /** It remembers none. */
  distrustHashes(): void {}

  async *list(): AsyncGenerator<PendingUpload> {
    let token: string | undefined
    do {
      const page = await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, ContinuationToken: token }))
      for (const { Key = '', LastModified } of page.Contents ?? []) {
        const uploadId = Key.endsWith('.info') ? Key.slice(0, -'.info'.length) : ''
        if (deviceOfUpload(uploadId) === undefined) continue
        const upload = await this.tus.getUpload(uploadId).catch(() => null)
        const metadata = uploadMetadataSchema.safeParse(upload?.metadata)
        if (upload === null || !metadata.success) continue
        const state = upload.offset === upload.size ? 'finished' : 'unfinished'
        yield { uploadId, ...metadata.data, state, lastWrittenAt: LastModified?.getTime() ?? 0 }
      }
      token = page.NextContinuationToken
    } while (token !== undefined)
  }
}
