import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Upload } from '@tus/server'
import { afterAll, expect, test } from 'vitest'
import { HashingFileStore } from './hashingFileStore.ts'

const folder = await mkdtemp(join(tmpdir(), 'spira-hashing-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const store = new HashingFileStore({ directory: folder })
const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
let number = 0

async function created(size: number): Promise<string> {
  number += 1
  await store.create(new Upload({ id: `u${number}`, size, offset: 0 }))
  return `u${number}`
}
const pieces = (bytes: Buffer, size: number) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size)),
  )

test('promise 2: the hash taken on the way is that of what lies on the disk, however the bytes came', async () => {
  for (const [size, cut, piece] of [
    [700_001, 300_000, 65_536],
    [100, 10, 7],
    [524_288, 262_144, 262_144],
  ] as const) {
    const bytes = randomBytes(size)
    const id = await created(size)
    expect(await store.write(pieces(bytes.subarray(0, cut), piece), id, 0)).toBe(cut)
    expect(store.digestOf(id, size)).toBeNull()
    expect(await store.write(pieces(bytes.subarray(cut), piece), id, cut)).toBe(size)
    expect(store.digestOf(id, size)).toEqual({ hash: sha(bytes), header: bytes.subarray(0, 44) })
    expect((await readFile(join(folder, id))).equals(bytes)).toBe(true)
  }
})

test('promise 2: what came before a connection broke is kept, and hashed once', async () => {
  const bytes = randomBytes(90_000)
  const id = await created(bytes.length)
  const broken = Readable.from(
    (function* () {
      yield bytes.subarray(0, 50_000)
      throw new Error('the connection broke')
    })(),
  )
  await expect(store.write(broken, id, 0)).rejects.toMatchObject({ status_code: 500 })
  expect((await store.getUpload(id)).offset).toBe(50_000)
  await store.write(pieces(bytes.subarray(50_000), 1000), id, 50_000)
  // Not remembered over the break: the bytes are read.
  expect(store.digestOf(id, bytes.length)).toBeNull()
  expect((await readFile(join(folder, id))).equals(bytes)).toBe(true)
})

test('promise 2: where another process or an earlier one had a part in it, no hash is remembered', async () => {
  const bytes = randomBytes(1000)
  const id = await created(bytes.length)
  const another = new HashingFileStore({ directory: folder })
  await another.write(pieces(bytes.subarray(0, 400), 400), id, 0)
  await store.write(pieces(bytes.subarray(400), 600), id, 400)
  expect(store.digestOf(id, 1000)).toBeNull()
  expect(another.digestOf(id, 1000)).toBeNull()
})

test('promise 2: when locks were lost nothing is believed, also of what is being written just then', async () => {
  const bytes = randomBytes(1000)
  const [before, during] = [await created(1000), await created(1000)]
  await store.write(pieces(bytes, 100), before, 0)
  const writing = store.write(
    Readable.from(
      (async function* () {
        yield bytes.subarray(0, 500)
        store.distrust()
        yield bytes.subarray(500)
      })(),
    ),
    during,
    0,
  )
  expect(await writing).toBe(1000)
  expect(store.digestOf(before, 1000)).toBeNull()
  expect(store.digestOf(during, 1000)).toBeNull()
})
