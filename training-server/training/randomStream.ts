import { createCipheriv, createHash } from 'node:crypto'

const ZEROS = new Uint8Array(2 ** 16)

/**
 * Counter-based random numbers (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): the AES-128 counter-mode
 * key stream of a key made from the seed and a purpose. Each purpose ('weights', 'dropout of step 17') has its own
 * independent stream that starts afresh, so a resumed run needs no stored state, and OpenSSL makes gigabytes of it a second.
 */
export class RandomStream {
  readonly #cipher

  constructor(seed: number, purpose: string) {
    const key = createHash('sha256').update(`${seed}\n${purpose}`).digest().subarray(0, 16)
    this.#cipher = createCipheriv('aes-128-ctr', key, new Uint8Array(16))
  }

  /** Fills a list with uniformly distributed 16-bit numbers, in pieces that stay in the processor's cache. */
  drawInto(list: Uint16Array): void {
    const bytes = new Uint8Array(list.buffer, list.byteOffset, list.byteLength)
    for (let at = 0; at < bytes.length; at += ZEROS.length) {
      const piece = this.#cipher.update(ZEROS.subarray(0, bytes.length - at))
      bytes.set(piece, at)
      // Given back at once: a training step draws 15 MB, which the collector would otherwise have to find.
      piece.buffer.transfer(0)
    }
  }

  /** `count` uniformly distributed 32-bit numbers. */
  uint32(count: number): Uint32Array {
    return new Uint32Array(this.#bytes(4 * count))
  }

  /** `count` numbers in [from, to), 24 bits fine: exact in float32. */
  uniform(count: number, from: number, to: number): Float32Array {
    return Float32Array.from(this.uint32(count), (bits) => from + ((bits >>> 8) / 2 ** 24) * (to - from))
  }

  /** A copy in random order: Fisher and Yates, with rejection so that no order is likelier than another. */
  shuffled<T>(items: readonly T[]): T[] {
    const order = [...items]
    for (let last = order.length - 1; last > 0; last -= 1) {
      const chosen = this.#below(last + 1)
      const kept = order[last]
      const moved = order[chosen]
      if (kept === undefined || moved === undefined) continue
      order[last] = moved
      order[chosen] = kept
    }
    return order
  }

  /** An index below `count`, for drawing with replacement. */
  index(count: number): number {
    return this.#below(count)
  }

  #below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound)
    for (;;) {
      const [drawn = 0] = this.uint32(1)
      if (drawn < limit) return drawn % bound
    }
  }

  /** The key stream is the encryption of zeros. A copy, aligned for any typed array. */
  #bytes(count: number): ArrayBuffer {
    const { buffer, byteOffset } = this.#cipher.update(new Uint8Array(count))
    return buffer.slice(byteOffset, byteOffset + count)
  }
}
