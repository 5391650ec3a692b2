import { ByteWriter } from 'hyparquet-writer'

/** Enough for the header of a page. */
const SMALL_BYTES = 1024

/** A Parquet writer's sink whose bytes are taken away as they come, large ones as they are: a file of any size in the memory of a few pieces. */
export class PieceWriter extends ByteWriter {
  #pieces: Uint8Array[] = []

  /** Passed on without a copy; it must not change afterwards. */
  appendPiece(bytes: Uint8Array): void {
    this.#cut()
    this.#pieces.push(bytes)
    this.offset += bytes.length
  }

  /** What has come since the last time. */
  take(): readonly Uint8Array[] {
    this.#cut()
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }

  #cut(): void {
    if (this.index === 0) return
    this.#pieces.push(this.getBytes())
    this.buffer = new ArrayBuffer(SMALL_BYTES)
    this.view = new DataView(this.buffer)
    this.index = 0
  }
}
