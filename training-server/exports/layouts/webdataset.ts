import { pack } from 'tar-stream'
import type { ExportItem } from '../deidentification.ts'
import { audioBytes } from './audioFile.ts'
import { type ExportSource, type Layout, rowOf } from './layout.ts'

/** Recordings a shard: at half a minute each about 500 MB, what the format's authors advise at most. */
const SHARD = 500
const MTIME = new Date('2000-01-01T00:00:00Z')

/** WebDataset (https://github.com/webdataset/webdataset): tar shards, the files of one recording beside each other under one key. */
export const webdataset: Layout = function* (source) {
  const shards = Math.ceil(source.items.length / SHARD)
  for (let shard = 0; shard < shards; shard += 1) {
    const items = source.items.slice(shard * SHARD, (shard + 1) * SHARD)
    yield { path: `spira-${String(shard).padStart(6, '0')}.tar`, content: () => tar(source, items) }
  }
}

async function* tar(source: ExportSource, items: readonly ExportItem[]): AsyncGenerator<Uint8Array> {
  const archive = pack()
  const filled = (async () => {
    for (const item of items) {
      await add(archive, `${item.key}.json`, Buffer.from(JSON.stringify(rowOf(item, {}))))
      await add(archive, `${item.key}.cls`, Buffer.from(String(item.row['label'])))
      // A tar header says the size first: the recording is read whole, one at a time.
      await add(archive, `${item.key}.${source.audio}`, bufferOf(await audioBytes(source, item)))
    }
    archive.finalize()
  })()
  filled.catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))))
  for await (const piece of archive) yield piece as Buffer
  await filled
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const add = (archive: ReturnType<typeof pack>, name: string, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    archive.entry({ name, mtime: MTIME, mode: 0o644 }, bytes, (error) => (error ? reject(error) : resolve()))
  })
