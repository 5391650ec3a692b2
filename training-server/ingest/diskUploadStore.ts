import { open, readdir, readFile, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { BlobStore } from '../blobs/blobStore.ts'
import { HashingFileStore } from './hashingFileStore.ts'
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

const descriptionSchema = z.object({ size: z.number(), metadata: uploadMetadataSchema })

/** A folder on the blob store's disk: `<id>` holds the bytes, `<id>.json` what they are (as @tus/file-store writes them). */
export class DiskUploadStore implements UploadStore {
  /** It says when uploads expire and refuses expired ones; its clean-up, which deletes finished uploads, too, is never called. */
  readonly tus: HashingFileStore
  readonly #folder: string
  readonly #blobs: BlobStore

  constructor(folder: string, blobs: BlobStore) {
    this.#folder = folder
    this.#blobs = blobs
    this.tus = new HashingFileStore({ directory: folder, expirationPeriodInMilliseconds: UPLOAD_KEPT_MS })
    this.tus.extensions = TUS_EXTENSIONS
  }

  async finished(uploadId: string, recordingId: string): Promise<FinishedUpload> {
    const byteLength = await requireFinished(this.tus, uploadId, recordingId)
    const path = join(this.#folder, uploadId)
    return {
      byteLength,
      digest: async () => this.tus.digestOf(uploadId, byteLength) ?? digestOf((await open(path)).createReadStream()),
      file: (sha256) => this.#blobs.file(path, sha256, this.tus.isSynced(uploadId, byteLength)),
    }
  }

  async discard(uploadId: string): Promise<void> {
    if (deviceOfUpload(uploadId) === undefined) return
    this.tus.forget(uploadId)
    await Promise.all([uploadId, `${uploadId}.json`].map((name) => unlink(join(this.#folder, name)).catch(unlessGone)))
  }

  async ofDevice(deviceId: string): Promise<readonly string[]> {
    return (await readdir(this.#folder)).filter((name) => deviceOfUpload(name) === deviceId)
  }

  async announcedBytes(uploadId: string): Promise<number> {
    return (await this.tus.getUpload(uploadId).catch(() => null))?.size ?? 0
  }

  distrustHashes(): void {
    this.tus.distrust()
  }

  async *list(now: number): AsyncGenerator<PendingUpload> {
    const names = new Set((await readdir(this.#folder)).map((name) => name.replace(/\.json$/, '')))
    for (const uploadId of names) {
      if (deviceOfUpload(uploadId) === undefined) continue
      const bytes = await stat(join(this.#folder, uploadId)).catch(() => null)
      const description = await this.#describe(uploadId)
      // A description without bytes: filed, and cut off before it was taken away. Bytes without one: cut off in the making.
      if (bytes === null || description === null) await this.#discardOld(uploadId, now)
      else
        yield {
          uploadId,
          ...description.metadata,
          state: bytes.size === description.size ? 'finished' : 'unfinished',
          lastWrittenAt: bytes.mtimeMs,
        }
    }
  }

  async #describe(uploadId: string): Promise<z.infer<typeof descriptionSchema> | null> {
    try {
      return descriptionSchema.parse(JSON.parse(await readFile(join(this.#folder, `${uploadId}.json`), 'utf8')))
    } catch {
      return null
    }
  }

  /** Not the halves of one that is being made right now. */
  async #discardOld(uploadId: string, now: number): Promise<void> {
    for (const name of [uploadId, `${uploadId}.json`]) {
      const found = await stat(join(this.#folder, name)).catch(() => null)
      if (found !== null && now - found.mtimeMs > 3_600_000) await rm(join(this.#folder, name), { force: true })
    }
  }
}

function unlessGone(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'ENOENT') throw cause
}
