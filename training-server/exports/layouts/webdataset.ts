import type { ExportItem } from '../deidentification.ts'
import { readAhead } from '../../blobs/readAhead.ts'
import { audioBytes } from './audioFile.ts'
import { type ExportSource, type Layout, rowOf } from './layout.ts'
import { tarEnd, tarEntry } from './tarEntry.ts'

/** Recordings a shard: at half a minute each about 500 MB, what the format's authors advise at most. */
const SHARD = 500

/** WebDataset (https://github.com/webdataset/webdataset): tar shards, the files of one recording beside each other under one key. */
export const webdataset: Layout = function* (source) {
  const shards = Math.ceil(source.items.length / SHARD)
  for (let shard = 0; shard < shards; shard += 1) {
    const items = source.items.slice(shard * SHARD, (shard + 1) * SHARD)
    yield { path: `spira-${String(shard).padStart(6, '0')}.tar`, content: { pieces: () => tar(source, items) } }
  }
}

async function* tar(source: ExportSource, items: readonly ExportItem[]): AsyncGenerator<Uint8Array> {
  const recordings = readAhead(items, async (item) => ({ item, audio: await audioBytes(source, item) }))
  for await (const { item, audio } of recordings) {
    yield* tarEntry(`${item.key}.json`, Buffer.from(JSON.stringify(rowOf(item, {}))))
    yield* tarEntry(`${item.key}.cls`, Buffer.from(String(item.row['label'])))
    yield* tarEntry(`${item.key}.${source.audio}`, audio)
  }
  yield tarEnd()
}
