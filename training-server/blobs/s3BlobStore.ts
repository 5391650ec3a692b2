import { buffer } from 'node:stream/consumers'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import type { BlobStore } from './blobStore.ts'
import type { S3Location } from './s3Location.ts'

/** Copies for processes that read from a path are kept this long on this machine: voices do not gather there. */
const COPY_KEPT_MS = 24 * 3_600_000

/** Blobs as objects `blobs/<first two digits>/<sha256>` of a bucket. An object is there whole or not at all. */
export class S3BlobStore implements BlobStore {
  readonly #client: S3Client
  readonly #bucket: string
  readonly #copies: string

  private constructor(client: S3Client, bucket: string, copies: string) {
    this.#client = client
    this.#bucket = bucket
    this.#copies = copies
  }

  /** `copies`: a folder of this machine for `localPath`. */
  static async open({ bucket, ...location }: S3Location, copies: string): Promise<S3BlobStore> {
    await mkdir(copies, { recursive: true, mode: 0o700 })
    const store = new S3BlobStore(new S3Client(location), bucket, copies)
    await store.#dropOldCopies()
    return store
  }

  async file(path: string, sha256: string): Promise<void> {
    const { size } = await stat(path)
    await this.#put(sha256, createReadStream(path), size)
    await rm(path, { force: true })
  }

  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await this.#put(sha256, bytes, bytes.byteLength)
    return sha256
  }

  /** Makes an object of the same bucket a blob, without its bytes passing through here. The caller has checked its hash. */
  async adopt(key: string, sha256: string): Promise<void> {
    await this.#client.send(
      new CopyObjectCommand({
        Bucket: this.#bucket,
        Key: keyOf(sha256),
        CopySource: `${this.#bucket}/${encodeURIComponent(key)}`,
      }),
    )
  }

  async has(sha256: string): Promise<boolean> {
    return this.size(sha256).then(
      () => true,
      (error: unknown) => {
        if (error instanceof SpiraError) return false
        throw error
      },
    )
  }

  async size(sha256: string): Promise<number> {
    const found = await this.#client
      .send(new HeadObjectCommand({ Bucket: this.#bucket, Key: keyOf(sha256) }))
      .catch(missing)
    return found.ContentLength ?? 0
  }

  async open(sha256: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    const found = await this.#client
      .send(
        new GetObjectCommand({
          Bucket: this.#bucket,
          Key: keyOf(sha256),
          ...(range !== undefined && { Range: `bytes=${range.start}-${range.end}` }),
        }),
      )
      .catch(missing)
    if (!(found.Body instanceof Readable)) throw new TypeError('the S3 client gave no stream')
    return found.Body
  }

  async read(sha256: string): Promise<Uint8Array<ArrayBuffer>> {
    return buffer(await this.open(sha256))
  }

  async remove(sha256: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: keyOf(sha256) }))
    await rm(this.#copyOf(sha256), { force: true })
  }

  async *list(): AsyncGenerator<string> {
    let token: string | undefined
    do {
      const page = await this.#client.send(
        new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: 'blobs/', ContinuationToken: token }),
      )
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key.slice(-64)
      token = page.NextContinuationToken
    } while (token !== undefined)
  }

  async localPath(sha256: string): Promise<string> {
    const target = this.#copyOf(sha256)
    const size = await this.size(sha256)
    const copy = await stat(target).catch(() => null)
    if (copy?.size === size) return target
    const aside = await mkdtemp(join(this.#copies, '.new-'))
    try {
      const path = join(aside, sha256)
      const hash = createHash('sha256')
      const bytes = await this.open(sha256)
      bytes.on('data', (chunk: Buffer) => hash.update(chunk))
      await pipeline(bytes, createWriteStream(path, { mode: 0o600 }))
      if (hash.digest('hex') !== sha256) throw new Error(`the object store gave other bytes than the blob's`)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await rename(path, target)
    } finally {
      await rm(aside, { recursive: true, force: true })
    }
    return target
  }

  async #put(sha256: string, body: Uint8Array | Readable, byteLength: number): Promise<void> {
    await this.#client.send(
      new PutObjectCommand({ Bucket: this.#bucket, Key: keyOf(sha256), Body: body, ContentLength: byteLength }),
    )
  }

  #copyOf(sha256: string): string {
    return join(this.#copies, sha256)
  }

  async #dropOldCopies(): Promise<void> {
    for (const name of await readdir(this.#copies)) {
      const path = join(this.#copies, name)
      const found = await stat(path).catch(() => null)
      if (found !== null && Date.now() - found.mtimeMs > COPY_KEPT_MS) await rm(path, { recursive: true, force: true })
    }
  }
}

function keyOf(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new SpiraError('not_found')
  return `blobs/${sha256.slice(0, 2)}/${sha256}`
}

function missing(cause: unknown): never {
  const gone = cause instanceof S3ServiceException && cause.$metadata.httpStatusCode === 404
  throw gone ? new SpiraError('not_found', {}, { cause }) : cause
}
