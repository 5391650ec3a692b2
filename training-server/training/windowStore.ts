import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/**
 * Features of every window of a run in one file of float32: what is in memory is one micro-batch, however large the dataset,
 * and the system's page cache makes the reads cheap.
 */
export class WindowStore {
  readonly #file: number
  readonly valuesPerWindow: number
  #count = 0

  /** Begins an empty store; a file of that name is overwritten. */
  constructor(path: string, valuesPerWindow: number) {
    this.#file = openSync(path, 'w+')
    this.valuesPerWindow = valuesPerWindow
  }

  get count(): number {
    return this.#count
  }

  /** @returns the index under which the window is read back. */
  append(window: Float32Array): number {
    if (window.length !== this.valuesPerWindow) {
      throw new RangeError(`A window has ${window.length} values, ${this.valuesPerWindow} were expected.`)
    }
    writeSync(this.#file, bytesOf(window), 0, window.byteLength, this.#count * window.byteLength)
    this.#count += 1
    return this.#count - 1
  }

  /** Reads windows one after the other into `into`; what lies behind them there is left as it is. */
  read(indices: readonly number[], into: Float32Array): void {
    const bytes = 4 * this.valuesPerWindow
    for (const [at, index] of indices.entries()) readSync(this.#file, bytesOf(into), at * bytes, bytes, index * bytes)
  }

  close(): void {
    closeSync(this.#file)
  }
}

const bytesOf = (values: Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
