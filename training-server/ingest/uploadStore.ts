import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { DataStore, Upload } from '@tus/server'
import { z } from 'zod'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { idSchema, sha256Schema } from '@spira/shared/protocol/ids.ts'
import { newSecret } from '../accounts/secretHash.ts'
import type { Digest } from './hashingFileStore.ts'
import { WAV_HEADER_BYTES } from './wavHeader.ts'

/** What a device says of an upload. Nothing else it sends is kept: metadata becomes a file on this disk. */
export const uploadMetadataSchema = z.object({ recordingId: idSchema, sha256: sha256Schema })

/** How long an upload is kept from its beginning, as `Upload-Expires` tells; the device has the audio and starts again. */
export const UPLOAD_KEPT_MS = 7 * 24 * 3_600_000

export const MAX_UPLOAD_BYTES = 64 * 1024 * 1024

/** tus extensions that are kept. Neither a length told later nor a checksum is: nothing is advertised that is not so. */
export const TUS_EXTENSIONS = ['creation', 'creation-with-upload', 'termination', 'expiration']

export interface FinishedUpload {
  readonly byteLength: number
  /** Of the bytes as they lie there. */
  digest(): Promise<Digest>
  /** Moves the bytes into the blob store. The caller has checked their hash and holds the blob's lock. */
  file(sha256: string): Promise<void>
}

export interface PendingUpload {
  readonly uploadId: string
  readonly recordingId: string
  readonly sha256: string
  readonly state: 'finished' | 'unfinished'
  /** Epoch milliseconds. */
  readonly lastWrittenAt: number
}

/** Where unfinished uploads lie: on disk, or in the object store where the blobs are, too. */
export interface UploadStore {
  readonly tus: DataStore
  /** Null for one that is not there or not readable. */
  finished(uploadId: string, recordingId: string): Promise<FinishedUpload>
  /** Takes it away; nothing when it is not there. */
  discard(uploadId: string): Promise<void>
  /** Ids of the uploads of a device that lie here, finished or not. */
  ofDevice(deviceId: string): Promise<readonly string[]>
  /** What an upload is to become, bytes, as it was announced; 0 for one that is not there. */
  announcedBytes(uploadId: string): Promise<number>
  /** Locks were lost, and another process may have written: no hash that is held in memory counts any more. */
  distrustHashes(): void
  /** Takes away what belongs to no upload any more. `now`: epoch milliseconds. */
  list(now: number): AsyncIterable<PendingUpload>
}

/** Null for an upload whose beginning is not known. */
export function expiryOf(store: DataStore, { creation_date }: Upload): Date | null {
  return creation_date === undefined ? null : new Date(new Date(creation_date).getTime() + store.getExpiration())
}

const UPLOAD_ID = /^([0-9a-f-]{36})\.[A-Za-z0-9_-]{43}$/

/** The device is part of the name, so whose an upload is needs no look-up. */
export const newUploadId = (deviceId: string): string => `${deviceId}.${newSecret()}`

/** @returns the device an upload belongs to; undefined for what is no upload's name. */
export const deviceOfUpload = (uploadId: string): string | undefined => UPLOAD_ID.exec(uploadId)?.[1]

/** To another device an upload is as if it were not there. @throws SpiraError upload_unknown */
export function requireOwner(uploadId: string, deviceId: string): void {
  if (deviceOfUpload(uploadId) !== deviceId) throw new SpiraError('upload_unknown')
}

/** What `tus` knows of an upload, when every byte of it is there. @throws SpiraError upload_unknown, upload_incomplete */
export async function requireFinished(tus: DataStore, uploadId: string, recordingId: string): Promise<number> {
  const upload = await tus.getUpload(uploadId).catch((cause: unknown) => {
    throw new SpiraError('upload_unknown', {}, { cause })
  })
  if (upload.metadata?.['recordingId'] !== recordingId) throw new SpiraError('upload_unknown')
  const expected = upload.size ?? 0
  if (upload.offset !== expected) throw new SpiraError('upload_incomplete', { got: upload.offset, expected })
  return expected
}

/** Reads a stream to its end. */
export async function digestOf(stream: Readable): Promise<Digest> {
  const hash = createHash('sha256')
  let header = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk)
    if (header.length < WAV_HEADER_BYTES)
      header = Buffer.concat([header, chunk.subarray(0, WAV_HEADER_BYTES - header.length)])
  }
  return { hash: hash.digest('hex'), header }
}
