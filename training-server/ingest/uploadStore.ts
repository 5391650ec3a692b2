import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema, sha256Schema } from '@spira/shared/protocol/ids.ts'
import { newSecret } from '../accounts/secretHash.ts'

/** What a device says of an upload. Nothing else it sends is kept: metadata becomes a file on this disk. */
export const uploadMetadataSchema = z.object({ recordingId: idSchema, sha256: sha256Schema })

export interface FinishedUpload {
  readonly path: string
  readonly byteLength: number
}

const UPLOAD_ID = /^([0-9a-f-]{36})\.[A-Za-z0-9_-]{43}$/
const KEPT_MS = 7 * 24 * 3_600_000

/** The folder of unfinished uploads: `<id>` holds the bytes, `<id>.json` what they are (as @tus/file-store writes them). */
export class UploadStore {
  /** Without its own expiry, which deletes finished uploads too (measured: facts of @tus/file-store 2.1.1). */
  readonly tus: FileStore
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    this.tus = new FileStore({ directory: folder })
  }

  /** The device is part of the name, so whose an upload is needs no look-up. */
  newId(deviceId: string): string {
    return `${deviceId}.${newSecret()}`
  }

  isOf(uploadId: string, deviceId: string): boolean {
    return UPLOAD_ID.exec(uploadId)?.[1] === deviceId
  }

  /** To another device an upload is as if it were not there. @throws SpiraError upload_unknown */
  requireOwner(uploadId: string, deviceId: string): void {
    if (!this.isOf(uploadId, deviceId)) throw new SpiraError('upload_unknown')
  }

  /** @throws SpiraError upload_unknown, upload_incomplete */
  async finished(uploadId: string, deviceId: string, recordingId: string): Promise<FinishedUpload> {
    this.requireOwner(uploadId, deviceId)
    const upload = await this.tus.getUpload(uploadId).catch((cause: unknown) => {
      throw new SpiraError('upload_unknown', {}, { cause })
    })
    if (upload.metadata?.['recordingId'] !== recordingId) throw new SpiraError('upload_unknown')
    const expected = upload.size ?? 0
    if (upload.offset !== expected) throw new SpiraError('upload_incomplete', { got: upload.offset, expected })
    return { path: join(this.#folder, uploadId), byteLength: expected }
  }

  async discard(uploadId: string): Promise<void> {
    if (!UPLOAD_ID.test(uploadId)) return
    await rm(join(this.#folder, uploadId), { force: true })
    await rm(join(this.#folder, `${uploadId}.json`), { force: true })
  }

  /** Takes away what nobody has written to for seven days: the device still has the audio and starts again. */
  async sweep(now = Date.now()): Promise<number> {
    let removed = 0
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name)
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }))
      if (now - mtimeMs < KEPT_MS || !UPLOAD_ID.test(name.replace(/\.json$/, ''))) continue
      const bytes = await stat(path.replace(/\.json$/, '')).catch(() => null)
      // The description is as old as the start of the upload; its bytes say when it was last written to.
      if (bytes !== null && now - bytes.mtimeMs < KEPT_MS) continue
      await rm(path, { force: true })
      removed += 1
    }
    return removed
  }
}
