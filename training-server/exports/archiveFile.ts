import { once } from 'node:events'
import { open, type FileHandle } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'

/** Written at once: large enough that a write costs little, small enough for memory to stay flat. */
const BATCH_BYTES = 4 * 1024 * 1024
/** Batches that wait to be hashed at most. */
const MOST_WAITING = 4

/** Bytes of the archive, and the file in it that they belong to, where that file is to be hashed too. */
interface Piece {
  readonly bytes: Uint8Array
  readonly file: string | null
}
export type HashTask = readonly Piece[] | 'sums' | 'end'
export type HashAnswer = 'taken' | { readonly sums: ReadonlyMap<string, string> } | { readonly archive: string }

/** A new file that is hashed, on a thread of its own, while it is written. `close` must be called. */
export class ArchiveFile {
  readonly #file: FileHandle
  readonly #hasher = new Worker(new URL('./hashThread.ts', import.meta.url))
  #batch: Piece[] = []
  #batchBytes = 0
  /** The batch before, on its way to the disk. */
  #writing: Promise<void> = Promise.resolve()
  #waiting = 0
  byteLength = 0

  private constructor(file: FileHandle) {
    this.#file = file
    this.#hasher.on('message', (message: HashAnswer) => {
      if (message === 'taken') this.#waiting -= 1
    })
  }

  static open = async (path: string): Promise<ArchiveFile> => new ArchiveFile(await open(path, 'wx', 0o600))

  /**
   * The bytes are the archive's from here on: they may be given to the other thread, and must not be used again.
   *
   * @param file whose bytes they are, where `sums` is to have its SHA-256; the bytes of one file follow each other.
   */
  async write(bytes: Uint8Array, file: string | null = null): Promise<void> {
    this.#batch.push({ bytes, file })
    this.#batchBytes += bytes.length
    if (this.#batchBytes >= BATCH_BYTES) await this.#flush()
  }

  /** @returns the SHA-256 of each file that `write` was told of. */
  async sums(): Promise<ReadonlyMap<string, string>> {
    const answer = await this.#ask('sums')
    if (typeof answer === 'object' && 'sums' in answer) return answer.sums
    throw new TypeError('the hash thread gave no sums')
  }

  /** @returns the SHA-256 of all that was written. */
  async end(): Promise<string> {
    const answer = await this.#ask('end')
    if (typeof answer === 'object' && 'archive' in answer) return answer.archive
    throw new TypeError('the hash thread gave no sum')
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => undefined)
    await Promise.all([this.#file.close(), this.#hasher.terminate()])
  }

  async #ask(task: HashTask): Promise<HashAnswer> {
    await this.#flush()
    await this.#writing
    while (this.#waiting > 0) await once(this.#hasher, 'message')
    const answer = once(this.#hasher, 'message')
    this.#hasher.postMessage(task)
    return (await answer)[0] as HashAnswer
  }

  /** Begins to write the batch when the one before is written: meanwhile the next is gathered. */
  async #flush(): Promise<void> {
    await this.#writing
    if (this.#batchBytes === 0) return
    const batch = this.#batch
    const bytes = this.#batchBytes
    this.#batch = []
    this.#batchBytes = 0
    this.byteLength += bytes
    this.#writing = this.#write(batch, bytes)
    // Seen by whoever comes next.
    this.#writing.catch(() => undefined)
  }

  async #write(batch: readonly Piece[], bytes: number): Promise<void> {
    const { bytesWritten } = await this.#file.writev(batch.map((piece) => piece.bytes))
    if (bytesWritten !== bytes) throw new Error(`only ${bytesWritten} of ${bytes} bytes could be written`)
    while (this.#waiting >= MOST_WAITING) await once(this.#hasher, 'message')
    this.#waiting += 1
    this.#hasher.postMessage(batch satisfies HashTask, ownBuffers(batch))
  }
}

/** Memory that is one piece's alone moves to the other thread; what shares a pool is copied. */
const ownBuffers = (pieces: readonly Piece[]): ArrayBuffer[] =>
  pieces
    .map(({ bytes }) => bytes)
    .filter(({ byteLength, buffer }) => byteLength > 16_384 && byteLength === buffer.byteLength)
    .map(({ buffer }) => buffer)
    .filter((buffer) => buffer instanceof ArrayBuffer)
