import type { Readable } from 'node:stream'

/** Content-addressed files: a blob's name is the SHA-256 of its bytes, so filing twice is filing once. */
export interface BlobStore {
  /**
   * Moves `path` in under `sha256` after an fsync of file and folder. The caller has checked the hash.
   *
   * @param synced the caller has synced the file already.
   */
  file(path: string, sha256: string, synced?: boolean): Promise<void>
  /** Writes bytes (hash computed here), durable when it resolves. @returns their SHA-256. */
  put(bytes: Uint8Array): Promise<string>
  has(sha256: string): Promise<boolean>
  size(sha256: string): Promise<number>
  /** @throws SpiraError not_found. `range` is inclusive, as HTTP counts. */
  open(sha256: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>
  /** All of a blob that is small enough for memory. @throws SpiraError not_found */
  read(sha256: string): Promise<Uint8Array<ArrayBuffer>>
  /** Durable when it resolves; nothing when it is not there. The caller holds the blob's lock and has seen that nothing refers to it. */
  remove(sha256: string): Promise<void>
  /** Every blob's name, in no order. */
  list(): AsyncIterable<string>
  /** A path a process of this machine can read the whole blob from. */
  localPath(sha256: string): Promise<string>
}
