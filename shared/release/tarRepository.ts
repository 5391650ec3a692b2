import type { FetchBytes } from './client.ts'
import { ReleaseError } from './errors.ts'

/** As much of a Blob as is read. */
export interface ReadableFile {
  readonly size: number
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> }
}

const BLOCK = 512
/** More entries than any repository of ours has: a file built to be walked for ever ends here. */
const MAX_ENTRIES = 4096

/**
 * A repository carried in one file, as `spira carry-release` writes it: a POSIX tar (IEEE 1003.1, ustar) with `metadata/…` and
 * `targets/…`. Read like a server: nothing in it is trusted before the same verification.
 *
 * @throws ReleaseError `metadata_invalid` when it is no such file.
 */
export async function tarRepository(file: ReadableFile): Promise<FetchBytes> {
  const entries = new Map<string, { readonly start: number; readonly length: number }>()
  for (let at = 0, read = 0; at + BLOCK <= file.size; read += 1) {
    const header = new Uint8Array(await file.slice(at, at + BLOCK).arrayBuffer())
    if (header.every((byte) => byte === 0)) break
    const text = (from: number, length: number): string =>
      new TextDecoder().decode(header.subarray(from, from + length)).replace(/\0.*$/s, '')
    const length = Number.parseInt(text(124, 12).trim() || '0', 8)
    const prefix = text(345, 155)
    if (text(257, 5) !== 'ustar' || !Number.isSafeInteger(length) || read >= MAX_ENTRIES)
      throw new ReleaseError('metadata_invalid', { role: 'carried', detail: 'this is no carried release' })
    entries.set(prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`, { start: at + BLOCK, length })
    at += BLOCK + Math.ceil(length / BLOCK) * BLOCK
  }
  return async (path, maxBytes) => {
    const entry = entries.get(path)
    if (entry === undefined) throw new ReleaseError('not_found', { path })
    if (entry.length > maxBytes) throw new ReleaseError('too_large', { path, limit: maxBytes })
    return new Uint8Array(await file.slice(entry.start, entry.start + entry.length).arrayBuffer())
  }
}
