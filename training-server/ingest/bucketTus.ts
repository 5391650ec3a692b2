import { HeadObjectCommand, S3ServiceException } from '@aws-sdk/client-s3'
import { S3Store } from '@tus/s3-store'
import { ERRORS, type Upload } from '@tus/server'
import type { S3Location } from '../blobs/s3Location.ts'
import { TUS_EXTENSIONS, UPLOAD_KEPT_MS } from './uploadStore.ts'

/** Nothing is remembered of an upload: another server process may have taken it away meanwhile. */
const NO_CACHE = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
}

/** @tus/s3-store, which tells an upload whole only when its object is there, and missing only when the bucket says so. */
export class BucketTus extends S3Store {
  readonly #discard: (uploadId: string) => Promise<void>

  /** @param discard takes an upload away that is there. */
  constructor(location: S3Location, discard: (uploadId: string) => Promise<void>) {
    // Without tags: who cleans up by them deletes finished uploads, too; ours are swept.
    super({
      s3ClientConfig: location,
      useTags: false,
      expirationPeriodInMilliseconds: UPLOAD_KEPT_MS,
      cache: NO_CACHE,
    })
    this.extensions = TUS_EXTENSIONS
    this.#discard = discard
  }

  override async getUpload(uploadId: string): Promise<Upload> {
    const upload = await super.getUpload(uploadId).catch(async (error: unknown) => {
      // It calls every failure a missing upload.
      if (error === ERRORS.FILE_NOT_FOUND && (await this.#has(this.infoKey(uploadId))))
        throw new Error('the bucket did not tell of an upload that is there')
      throw error
    })
    // It takes one that is in no parts any more for one that was made an object.
    if (upload.offset === upload.size && !(await this.#has(uploadId))) await this.#partsOf(uploadId)
    return upload
  }

  /** One request, where `getUpload` looks for its parts, too. */
  async announcedBytes(uploadId: string): Promise<number> {
    const metadata = await this.getMetadata(uploadId).catch((error: unknown) => {
      if (isMissing(error)) return null
      throw error
    })
    return metadata?.file.size ?? 0
  }

  /** Makes the parts of an upload that is whole one object, if the server was killed before it did. The caller holds its lock. */
  async complete(uploadId: string): Promise<void> {
    if (await this.#has(uploadId)) return
    await this.finishMultipartUpload(await this.getMetadata(uploadId), await this.#partsOf(uploadId))
  }

  /** Its own asks for many deletions at once, which servers other than Amazon's refuse, and stumbles over a completed upload. */
  override async remove(uploadId: string): Promise<void> {
    if (!(await this.#has(this.infoKey(uploadId)))) throw ERRORS.FILE_NOT_FOUND
    await this.#discard(uploadId)
  }

  /** @throws tus's word for what is not there: the server was killed while it took the upload away. */
  async #partsOf(uploadId: string) {
    return this.retrieveParts(uploadId).catch((error: unknown) => {
      throw isMissing(error) ? ERRORS.FILE_NOT_FOUND : error
    })
  }

  async #has(key: string): Promise<boolean> {
    return this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key })).then(
      () => true,
      (error: unknown) => {
        if (isMissing(error)) return false
        throw error
      },
    )
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404
