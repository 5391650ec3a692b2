import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { type DataStore, ERRORS, type Locker, type Upload } from '@tus/server'
import { expiryOf } from './uploadStore.ts'

/** A request that another one waits for ends after this long. */
export const LOCK_DRAIN_MS = 1000
const HIGH_WATER_BYTES = 256 * 1024

export interface Written {
  /** Bytes that lie there now. */
  readonly offset: number
  /** When the upload expires; null for one that is whole. */
  readonly expiresAt: Date | null
  readonly isWhole: boolean
  /** As it was announced. */
  readonly metadata: Upload['metadata']
  /** Another request waits for the upload: this one was ended early, and its connection is of no use any more. */
  readonly ended: boolean
}

/**
 * PATCH of tus 1.0: appends the body of `request` to an upload, straight from the socket to the store. tus-node-server's own handler turns
 * the body into a web stream and back, which costs more than everything else about it.
 *
 * @param signal aborts when the client is gone.
 * @throws what tus names for it (`status_code`, `body`); what came before a connection broke is kept.
 */
export async function writeOn(
  { store, locker }: { readonly store: DataStore; readonly locker: Locker },
  request: IncomingMessage,
  uploadId: string,
  signal: AbortSignal,
): Promise<Written> {
  const offset = countOf(request.headers['upload-offset'])
  if (offset === null) throw ERRORS.MISSING_OFFSET
  // A length told later is not advertised, and one that is known is not told again.
  if (request.headers['upload-length'] !== undefined) throw ERRORS.INVALID_LENGTH
  const ending = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const lock = locker.newLock(uploadId)
  await lock.lock(signal, () => {
    timer ??= setTimeout(() => ending.abort(), LOCK_DRAIN_MS)
  })
  try {
    const upload = await store.getUpload(uploadId)
    const expiresAt = expiryOf(store, upload)
    if (expiresAt !== null && expiresAt.getTime() < Date.now()) throw ERRORS.FILE_NO_LONGER_EXISTS
    if (upload.offset !== offset) throw ERRORS.INVALID_OFFSET
    const left = (upload.size ?? 0) - offset
    if ((countOf(request.headers['content-length']) ?? 0) > left) throw ERRORS.ERR_SIZE_EXCEEDED
    const body = new Body(request, left, ending.signal)
    const written = await store.write(body, uploadId, offset).catch((error: unknown) => {
      throw body.failure ?? error
    })
    if (body.failure !== null) throw body.failure
    const isWhole = written === upload.size
    return {
      offset: written,
      expiresAt: isWhole ? null : expiresAt,
      isWhole,
      metadata: upload.metadata,
      ended: ending.signal.aborted,
    }
  } finally {
    clearTimeout(timer)
    await lock.unlock()
  }
}

/** A non-negative whole number, written as tus and HTTP write it; null for anything else. */
function countOf(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^(0|[1-9]\d{0,14})$/.test(header) ? Number(header) : null
}

/** What comes out of a request, apart from it: it may end before the request does, and its failure is not the socket's. */
class Body extends PassThrough {
  /** Why it broke off: more than may come, or a connection that broke. */
  failure: unknown = null
  #size = 0

  constructor(request: IncomingMessage, most: number, ending: AbortSignal) {
    super({ highWaterMark: HIGH_WATER_BYTES })
    // Whoever reads it meets the failure; a connection that breaks before or after that ends no process.
    this.on('error', () => undefined)
    const fail = (cause: unknown): void => {
      if (this.writableEnded) return
      this.failure = cause
      request.unpipe(this)
      this.destroy(new Error('the body of an upload broke off', { cause }))
    }
    request.on('data', (chunk: Buffer) => {
      this.#size += chunk.length
      if (this.#size > most) fail(ERRORS.ERR_SIZE_EXCEEDED)
    })
    // What came is all there is to write: a store that is told of a failure may keep none of it.
    request.on('error', () => {
      if (this.writableEnded) return
      this.failure = ERRORS.ABORTED
      request.unpipe(this)
      this.end()
    })
    ending.addEventListener('abort', () => {
      request.unpipe(this)
      this.end()
    })
    request.pipe(this)
  }
}
