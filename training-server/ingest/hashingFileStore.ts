import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { FileStore } from '@tus/file-store'
import { ERRORS, Upload } from '@tus/server'
import { WAV_HEADER_BYTES } from './wavHeader.ts'

/** What an upload's bytes are, read once. */
export interface Digest {
  /** SHA-256, hexadecimal. */
  readonly hash: string
  /** The first 44 bytes, or fewer. */
  readonly header: Buffer
}

interface Running {
  readonly hash: Hash
  readonly header: Buffer
  readonly bytes: number
  /** The disk has them: fsync(2) came back after the last one. */
  readonly synced: boolean
}

/** One write to the disk: as much as a device sends in one request, large enough that its cost does not show. */
const WRITE_BYTES = 256 * 1024
/** On a slow line what came in is written after so long at the most: that much is sent again after the server was killed. */
const WRITE_AFTER_MS = 1000
/** Uploads whose hash so far is remembered; of others the bytes are read again. */
const REMEMBERED = 2000

/**
 * @tus/file-store, which takes the SHA-256 of the bytes while they come in. A hash is believed only when this very process took in every
 * byte of the upload, under a lock that it never lost; after a restart, or when another process had a part in it, the bytes are read.
 */
export class HashingFileStore extends FileStore {
  readonly #running = new Map<string, Running>()
  /** What was said of an upload when it was created never changes. */
  readonly #descriptions = new Map<string, Upload>()
  /** Another whenever a lock was lost: what was being written then may not be what lies there. */
  #tenure = 0

  /** Locks were lost: nothing that was hashed so far is believed. */
  distrust(): void {
    this.#tenure += 1
    this.#running.clear()
  }

  forget(uploadId: string): void {
    this.#running.delete(uploadId)
    this.#descriptions.delete(uploadId)
  }

  /** Null when the bytes have to be read. */
  digestOf(uploadId: string, byteLength: number): Digest | null {
    const running = this.#running.get(uploadId)
    return running?.bytes === byteLength ? { hash: running.hash.copy().digest('hex'), header: running.header } : null
  }

  /** Whether these bytes are known to be on the disk for good. */
  isSynced(uploadId: string, byteLength: number): boolean {
    const running = this.#running.get(uploadId)
    return running?.bytes === byteLength && running.synced
  }

  /** As FileStore does, without making sure each time that the folder is there. */
  override async create(upload: Upload): Promise<Upload> {
    const path = join(this.directory, upload.id)
    await Promise.all([
      writeFile(path, '', { mode: 0o600 }),
      writeFile(`${path}.json`, JSON.stringify(upload), { mode: 0o600 }),
    ])
    upload.storage = { type: 'file', path }
    remember(this.#descriptions, upload.id, upload)
    return upload
  }

  /** As FileStore does, without reading again what this process wrote. */
  override async getUpload(uploadId: string): Promise<Upload> {
    const known = this.#descriptions.get(uploadId)
    const found = known === undefined ? null : await stat(join(this.directory, uploadId)).catch(() => null)
    if (known === undefined || found === null) return super.getUpload(uploadId)
    const { id, size, metadata, creation_date, storage } = known
    return new Upload({
      id,
      offset: found.size,
      ...(size !== undefined && { size }),
      ...(metadata !== undefined && { metadata }),
      ...(creation_date !== undefined && { creation_date }),
      ...(storage !== undefined && { storage }),
    })
  }

  /** @param readable its pieces are used up. @returns the offset after what was written. What came before a connection broke is kept. */
  override async write(readable: Readable, uploadId: string, offset: number): Promise<number> {
    const tenure = this.#tenure
    const before = offset === 0 ? EMPTY() : this.#running.get(uploadId)
    const begun = before?.bytes === offset ? before : null
    this.#running.delete(uploadId)
    const whole = this.#descriptions.get(uploadId)?.size
    const writer = new Writer(await open(join(this.directory, uploadId), 'r+'), { offset, begun, whole })
    try {
      await drain(readable, (chunk) => writer.take(chunk))
    } catch (cause) {
      await writer.end()
      throw new FileWriteError(cause)
    }
    const { at, running } = await writer.end()
    if (running !== null && tenure === this.#tenure) remember(this.#running, uploadId, running)
    return at
  }
}

/** The oldest makes room. */
function remember<T>(map: Map<string, T>, uploadId: string, value: T): void {
  const [oldest] = map.keys()
  if (map.size >= REMEMBERED && oldest !== undefined) map.delete(oldest)
  map.set(uploadId, value)
}

/** What tus answers (500), with why: tus-node-server's own keeps nothing of it. */
class FileWriteError extends Error {
  readonly status_code = ERRORS.FILE_WRITE_ERROR.status_code
  readonly body = ERRORS.FILE_WRITE_ERROR.body

  constructor(cause: unknown) {
    super('an upload could not be written on', { cause })
  }
}

const EMPTY = (): Running => ({ hash: createHash('sha256'), header: Buffer.alloc(0), bytes: 0, synced: false })

/** Hands on each piece as it comes: an async iterator would gather them into new buffers of its own. */
async function drain(readable: Readable, take: (piece: Uint8Array) => Promise<void> | null): Promise<void> {
  const { promise: failed, reject } = Promise.withResolvers<never>()
  const onData = (piece: Uint8Array): void => {
    const writing = take(piece)
    if (writing === null) return giveBack(piece)
    readable.pause()
    goOn(writing, piece).catch(reject)
  }
  const goOn = async (writing: Promise<void>, piece: Uint8Array): Promise<void> => {
    await writing
    giveBack(piece)
    readable.resume()
  }
  readable.on('data', onData)
  try {
    await Promise.race([finished(readable, { writable: false }), failed])
  } finally {
    readable.off('data', onData)
  }
}

/**
 * Frees what a piece lies in, unless others lie there, too. Left to the collector, the bodies of some twenty uploads made it go through all
 * of the process's memory.
 */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0)
}

/** Buffers of WRITE_BYTES that no upload uses at the moment. */
const spare: Buffer[] = []
const SPARE = 16

/** Gathers what comes in, and writes and hashes it piece by piece. */
class Writer {
  readonly #file: FileHandle
  readonly #hash: Hash | null
  readonly #gathered = spare.pop() ?? Buffer.allocUnsafeSlow(WRITE_BYTES)
  #header: Buffer
  #at: number
  #size = 0
  /** When the first of what is gathered came in. */
  #since = 0
  #failed = false
  #writing: Promise<void> = Promise.resolve()
  readonly #whole: number | undefined

  /** @param whole bytes of the whole upload: when they are there, they are synced. */
  constructor(
    file: FileHandle,
    { offset, begun, whole }: { offset: number; begun: Running | null; whole: number | undefined },
  ) {
    this.#file = file
    this.#at = offset
    this.#whole = whole
    this.#hash = begun?.hash ?? null
    this.#header = begun?.header ?? Buffer.alloc(0)
  }

  /** @returns what has to be waited for before the next piece; null when there is room. */
  take(piece: Uint8Array): Promise<void> | null {
    if (this.#size === 0) this.#since = performance.now()
    const taken = Math.min(piece.length, WRITE_BYTES - this.#size)
    this.#gathered.set(piece.subarray(0, taken), this.#size)
    this.#size += taken
    const late = performance.now() - this.#since > WRITE_AFTER_MS
    if (taken === piece.length && this.#size < WRITE_BYTES && !late) return null
    this.#writing = this.#writeOut(piece.subarray(taken))
    return this.#writing
  }

  async #writeOut(rest: Uint8Array): Promise<void> {
    await this.#flush()
    if (rest.length > 0) await this.take(rest)
  }

  /** Writes the rest and closes. @throws what the disk said. */
  async end(): Promise<{ readonly at: number; readonly running: Running | null }> {
    let synced = false
    try {
      await this.#writing.catch(() => undefined)
      if (!this.#failed) await this.#flush()
      // While the file is open; who files it need not open it again.
      if (!this.#failed && this.#at === this.#whole) {
        await this.#file.sync()
        synced = true
      }
    } finally {
      await this.#file.close()
      if (spare.length < SPARE) spare.push(this.#gathered)
    }
    const running = this.#hash === null ? null : { hash: this.#hash, header: this.#header, bytes: this.#at, synced }
    return { at: this.#at, running }
  }

  async #flush(): Promise<void> {
    if (this.#size === 0) return
    const bytes = this.#gathered.subarray(0, this.#size)
    this.#failed = true
    const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, this.#at)
    // The disk took a part of it: as full as when it takes nothing. What lies there is the offset that the client is told next.
    if (bytesWritten !== bytes.length) throw Object.assign(new Error('only a part was written'), { code: 'ENOSPC' })
    this.#failed = false
    this.#at += bytes.length
    this.#size = 0
    if (this.#hash === null) return
    this.#hash.update(bytes)
    if (this.#header.length < WAV_HEADER_BYTES)
      this.#header = Buffer.concat([this.#header, bytes.subarray(0, WAV_HEADER_BYTES - this.#header.length)])
  }
}
