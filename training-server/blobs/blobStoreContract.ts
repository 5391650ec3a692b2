import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { BlobStore } from './blobStore.ts'

/** What every blob store keeps, whatever it writes to. `make` gives a new, empty one that can take files from `folder`. */
export function blobStoreContract(name: string, make: (folder: string) => Promise<BlobStore>): void {
  const folders: string[] = []
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))
  const open = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spira-blobs-'))
    folders.push(folder)
    return { folder, store: await make(folder) }
  }

  test(`${name}: what is put is read back, whole and in ranges`, async () => {
    const { store } = await open()
    const bytes = randomBytes(200_000)
    const sha256 = await store.put(bytes)
    expect(sha256).toBe(hashOf(bytes))
    expect(await store.has(sha256)).toBe(true)
    expect(await store.size(sha256)).toBe(bytes.length)
    expect((await read(store, sha256)).equals(bytes)).toBe(true)
    expect((await read(store, sha256, { start: 100, end: 70_000 })).equals(bytes.subarray(100, 70_001))).toBe(true)
    expect((await read(store, sha256, { start: 0, end: 0 })).equals(bytes.subarray(0, 1))).toBe(true)
    expect((await readFile(await store.localPath(sha256))).equals(bytes)).toBe(true)
    expect(bytes.equals(await store.read(sha256))).toBe(true)
  })

  test(`${name}: a file is moved in`, async () => {
    const { folder, store } = await open()
    const bytes = randomBytes(5000)
    const path = join(folder, 'upload')
    await writeFile(path, bytes)
    await store.file(path, hashOf(bytes))
    expect((await read(store, hashOf(bytes))).equals(bytes)).toBe(true)
    await expect(readFile(path)).rejects.toThrow('ENOENT')
  })

  test(`${name}: filing twice, and at once, is filing once`, async () => {
    const { store } = await open()
    const bytes = randomBytes(5000)
    const names = await Promise.all(Array.from({ length: 8 }, () => store.put(bytes)))
    expect(new Set(names)).toEqual(new Set([hashOf(bytes)]))
    expect((await read(store, hashOf(bytes))).equals(bytes)).toBe(true)
  })

  test(`${name}: what is removed is gone, again too, and the rest is listed`, async () => {
    const { store } = await open()
    const [kept, gone] = [await store.put(randomBytes(100)), await store.put(randomBytes(100))]
    await store.remove(gone)
    await store.remove(gone)
    await store.remove(hashOf(randomBytes(8)))
    expect([await store.has(gone), await store.has(kept)]).toEqual([false, true])
    const listed: string[] = []
    for await (const sha256 of store.list()) listed.push(sha256)
    expect(listed).toEqual([kept])
  })

  test(`${name}: an empty blob is a blob`, async () => {
    const { store } = await open()
    const sha256 = await store.put(new Uint8Array())
    expect([await store.has(sha256), await store.size(sha256)]).toEqual([true, 0])
  })

  test(`${name}: what is not there is not found, and no name leads elsewhere`, async () => {
    const { store } = await open()
    const absent = hashOf(randomBytes(8))
    expect(await store.has(absent)).toBe(false)
    for (const unknown of [absent, '../../etc/passwd', absent.toUpperCase()]) {
      await expect(store.open(unknown)).rejects.toMatchObject({ code: 'not_found' })
      await expect(store.size(unknown)).rejects.toMatchObject({ code: 'not_found' })
      await expect(store.localPath(unknown)).rejects.toMatchObject({ code: 'not_found' })
    }
  })
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

async function read(store: BlobStore, sha256: string, range?: { start: number; end: number }): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of (await store.open(sha256, range)) as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
