import { ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { ExportItem } from '../deidentification.ts'
import { readAhead } from '../../blobs/readAhead.ts'
import { audioBytes } from './audioFile.ts'
import { type ExportSource, type Layout, rowOf } from './layout.ts'
import { AudioChunk } from './parquetAudio.ts'
import { asType, columnType } from './parquetTable.ts'
import { PieceWriter } from './pieceWriter.ts'

/** Recordings a row group, as Hugging Face writes audio (datasets.config.PARQUET_ROW_GROUP_SIZE_FOR_AUDIO_DATASETS). */
const ROW_GROUP = 100
const SHARD = 1000

/**
 * Parquet with the audio inside, as Hugging Face datasets store it: a struct `audio` of `bytes` and `path`, described in the
 * file's metadata so that it loads as audio.
 */
export const parquet: Layout = function* (source) {
  const shards = Math.max(1, Math.ceil(source.items.length / SHARD))
  for (let shard = 0; shard < shards; shard += 1) {
    const items = source.items.slice(shard * SHARD, (shard + 1) * SHARD)
    const path = `data/train-${String(shard).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.parquet`
    yield { path, content: { pieces: () => parquetFile(source, items) } }
  }
}

async function* parquetFile(source: ExportSource, items: readonly ExportItem[]): AsyncGenerator<Uint8Array> {
  // Over all items, not this shard's alone: every shard of a dataset has one schema.
  const columns = source.columns.map((name) => ({
    name,
    type: columnType(
      source.items.map(({ row }) => row),
      name,
    ),
  }))
  const cells = schemaFromColumnData({ columnData: columns.map((column) => ({ ...column, data: [] })) })
  const sink = new PieceWriter()
  const writer = new ParquetWriter({
    writer: sink,
    schema: [
      { name: 'root', num_children: columns.length + 1 },
      { name: 'audio', repetition_type: 'OPTIONAL', num_children: 2 },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      ...cells.slice(1),
    ],
    // Audio does not shrink; writing it as it is is what makes this as fast as a copy.
    codec: 'UNCOMPRESSED',
    statistics: false,
    createdBy: 'Spira Edge',
    kvMetadata: [{ key: 'huggingface', value: huggingFaceFeatures(columns) }],
  })
  const writeGroup = (group: readonly ExportItem[]): void => {
    const rows = group.map((item) => rowOf(item, {}))
    // A promise comes from a sink that flushes alone, and this one does not.
    void writer.write({
      columnData: [
        {
          name: 'audio',
          data: group.map((item) => ({ bytes: null, path: `${item.key}.${source.audio}` })),
          // No path comes twice.
          encoding: 'PLAIN',
        },
        ...columns.map(({ name, type }) => ({ name, data: rows.map((row) => asType(row[name] ?? null, type)) })),
      ],
      rowGroupSize: group.length,
    })
  }
  let group: ExportItem[] = []
  let chunk = new AudioChunk(sink)
  for await (const { item, audio } of readAhead(items, async (each) => ({
    item: each,
    audio: await audioBytes(source, each),
  }))) {
    chunk.add(audio)
    group.push(item)
    if (group.length === ROW_GROUP || item === items.at(-1)) {
      chunk.finishGroup(writer, () => writeGroup(group))
      group = []
      chunk = new AudioChunk(sink)
    }
    yield* sink.take()
  }
  await writer.finish()
  yield* sink.take()
}

/** What `datasets.load_dataset` reads to decode the column `audio` (datasets/features/audio.py). */
const huggingFaceFeatures = (columns: readonly { name: string; type: string }[]): string => {
  const dtype = { DOUBLE: 'float64', INT32: 'int32', STRING: 'string' } as const
  const features = columns.map(({ name, type }) => [name, { dtype: dtype[type as keyof typeof dtype], _type: 'Value' }])
  return JSON.stringify({
    info: { features: { audio: { sampling_rate: 16_000, _type: 'Audio' }, ...Object.fromEntries(features) } },
  })
}
