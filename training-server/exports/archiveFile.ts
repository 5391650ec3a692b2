import { once } from 'node:events'
import { open, type FileHandle } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'

/** Written at once: large enough that a write costs little, small enough for memory to stay flat. */
const BATCH_BYTES = 4 * 1024 * 1024
/** Batches that wait to be hashed at most. */
const MOST_WAITING = 4

/** A new file that is hashed, on a thread of its own, while it is written. `close` must be called. */
export class ArchiveFile {
  readonly #file: FileHandle
  readonly #hasher = new Worker(new URL('./hashThread.ts', import.meta.url))
  #batch: Uint8Array[] = []
  #batchBytes = 0
  #waiting = 0
  byteLength = 0

  private constructor(file: FileHandle) {
    this.#file = file
    this.#hasher.on('message', (message) => {
      if (message === 'taken') this.#waiting -= 1
    })
  }

  static open = async (path: string): Promise<ArchiveFile> => new ArchiveFile(await open(path, 'wx', 0o600))

  /** The pieces are the file's from here on: they may be given to the other thread, and must not be used again. */
  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      this.#batch.push(piece)
      this.#batchBytes += piece.length
    }
    if (this.#batchBytes >= BATCH_BYTES) await this.#flush()
  }

  /** @returns the SHA-256 of all that was written. */
  async end(): Promise<string> {
    await this.#flush()
    while (this.#waiting > 0) await once(this.#hasher, 'message')
    const digest = once(this.#hasher, 'message')
    this.#hasher.postMessage('end')
    return String((await digest)[0])
  }

  async close(): Promise<void> {
    await Promise.all([this.#file.close(), this.#hasher.terminate()])
  }

  async #flush(): Promise<void> {
    if (this.#batchBytes === 0) return
    const batch = this.#batch
    const bytes = this.#batchBytes
    this.#batch = []
    this.#batchBytes = 0
    const { bytesWritten } = await this.#file.writev(batch)
    if (bytesWritten !== bytes) throw new Error(`only ${bytesWritten} of ${bytes} bytes could be written`)
    this.byteLength += bytes
    while (this.#waiting >= MOST_WAITING) await once(this.#hasher, 'message')
    this.#waiting += 1
    this.#hasher.postMessage(batch, ownBuffers(batch))
  }
}

/** Memory that is one piece's alone moves to the other thread; what shares a pool is copied. */
const ownBuffers = (pieces: readonly Uint8Array[]): ArrayBuffer[] =>
  [...new Set(pieces.map(({ buffer }) => buffer))].filter(
    (buffer): buffer is ArrayBuffer =>
      buffer instanceof ArrayBuffer &&
      buffer.byteLength > 16_384 &&
      pieces.some((piece) => piece.buffer === buffer && piece.byteLength === buffer.byteLength),
  )
