import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { sha256Hex } from '@spira/shared/protocol/bytes.ts'
import type { BlobStore } from './blobStore.ts'

/** Blobs as files `<folder>/<first two digits>/<sha256>`. A name is there only once its bytes are on the disk. */
export class DiskBlobStore implements BlobStore {
  readonly #folder: string
  /** Sub-folders that are there, their names synced. */
  readonly #made = new Set<string>()

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(folder: string): Promise<DiskBlobStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return new DiskBlobStore(folder)
  }

  async file(path: string, sha256: string, synced = false): Promise<void> {
    const target = this.#path(sha256)
    if (!synced) await syncFile(path)
    await this.#makeFolder(dirname(target))
    await rename(path, target)
    await syncFile(dirname(target))
  }

  async put(bytes: Uint8Array): Promise<string> {
    const owned = new Uint8Array(bytes)
    const sha256 = await sha256Hex(owned)
    if (await this.has(sha256)) return sha256
    const aside = await mkdtemp(join(this.#folder, '.new-'))
    try {
      const file = await open(join(aside, sha256), 'wx', 0o600)
      await file.writeFile(owned)
      await file.close()
      await this.file(join(aside, sha256), sha256)
    } finally {
      await rm(aside, { recursive: true, force: true })
    }
    return sha256
  }

  async has(sha256: string): Promise<boolean> {
    return stat(this.#path(sha256)).then(
      () => true,
      () => false,
    )
  }

  async size(sha256: string): Promise<number> {
    return (await stat(this.#path(sha256)).catch(missing)).size
  }

  async open(sha256: string, range?: { readonly start: number; readonly end: number }): Promise<Readable> {
    const file = await open(this.#path(sha256)).catch(missing)
    return file.createReadStream(range ?? {})
  }

  async read(sha256: string): Promise<Uint8Array<ArrayBuffer>> {
    const file = await open(this.#path(sha256)).catch(missing)
    try {
      const { size } = await file.stat()
      const bytes = Buffer.allocUnsafeSlow(size)
      // In one go: readFile would ask for half a megabyte at a time.
      for (let at = 0; at < size;) {
        const { bytesRead } = await file.read(bytes, at)
        if (bytesRead === 0) throw new Error(`blob ${sha256} ends at ${at} of ${size} bytes`)
        at += bytesRead
      }
      return bytes
    } finally {
      await file.close()
    }
  }

  async remove(sha256: string): Promise<void> {
    const path = this.#path(sha256)
    await rm(path, { force: true })
    await syncFile(dirname(path)).catch(missingFolder)
  }

  async *list(): AsyncGenerator<string> {
    for (const folder of await readdir(this.#folder))
      if (/^[0-9a-f]{2}$/.test(folder)) yield* await readdir(join(this.#folder, folder))
  }

  async localPath(sha256: string): Promise<string> {
    const path = this.#path(sha256)
    await stat(path).catch(missing)
    return path
  }

  async #makeFolder(folder: string): Promise<void> {
    if (this.#made.has(folder)) return
    if (await mkdir(folder, { recursive: true, mode: 0o700 })) await syncFile(this.#folder)
    this.#made.add(folder)
  }

  #path(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new SpiraError('not_found')
    return join(this.#folder, sha256.slice(0, 2), sha256)
  }
}

function missing(cause: NodeJS.ErrnoException): never {
  throw cause.code === 'ENOENT' ? new SpiraError('not_found', {}, { cause }) : cause
}

function missingFolder(cause: NodeJS.ErrnoException): void {
  if (cause.code !== 'ENOENT') throw cause
}

/** On Linux a folder is synced like a file: that makes the name durable, as fsync(2) says. */
async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
