import { ParquetWriter, schemaFromColumnData, ByteWriter } from 'hyparquet-writer'
import type { Cell } from '../csv.ts'
import type { ExportItem } from '../deidentification.ts'
import { audioBytes } from './audioFile.ts'
import { type ExportSource, type Layout, rowOf } from './layout.ts'

/** Recordings a row group: what is in memory at one time. */
const ROW_GROUP = 32
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
    yield { path, content: () => parquetFile(source, items) }
  }
}

/** A column of numbers is a DOUBLE or, where all are whole, an INT32; any other is a STRING. */
export const columnType = (items: readonly ExportItem[], column: string): 'DOUBLE' | 'INT32' | 'STRING' => {
  const values = items.map(({ row }) => row[column] ?? null).filter((value) => value !== null)
  if (values.length === 0 || !values.every((value) => typeof value === 'number')) return 'STRING'
  return values.every((value) => Number.isInteger(value)) ? 'INT32' : 'DOUBLE'
}

async function* parquetFile(source: ExportSource, items: readonly ExportItem[]): AsyncGenerator<Uint8Array> {
  // Over all items, not this shard's alone: every shard of a dataset has one schema.
  const columns = source.columns.map((name) => ({ name, type: columnType(source.items, name) }))
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
  for (let start = 0; start < items.length; start += ROW_GROUP) {
    const group = items.slice(start, start + ROW_GROUP)
    const audio = []
    for (const item of group) {
      const bytes = await audioBytes(source, item)
      // The writer takes a plain Uint8Array for bytes and a Buffer for something else.
      const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      audio.push({ bytes: plain, path: `${item.key}.${source.audio}` })
    }
    const rows = group.map((item) => rowOf(item, {}))
    await writer.write({
      columnData: [
        // PLAIN: looking whether sounds repeat would take longer than writing them.
        { name: 'audio', data: audio, encoding: 'PLAIN' },
        ...columns.map(({ name, type }) => ({ name, data: rows.map((row) => asType(row[name] ?? null, type)) })),
      ],
      rowGroupSize: group.length,
    })
    yield sink.take()
  }
  await writer.finish()
  yield sink.take()
}

const asType = (value: Cell, type: 'DOUBLE' | 'INT32' | 'STRING'): Cell =>
  value !== null && type === 'STRING' ? String(value) : value

/** What `datasets.load_dataset` reads to decode the column `audio` (datasets/features/audio.py). */
const huggingFaceFeatures = (columns: readonly { name: string; type: string }[]): string => {
  const dtype = { DOUBLE: 'float64', INT32: 'int32', STRING: 'string' } as const
  const features = columns.map(({ name, type }) => [name, { dtype: dtype[type as keyof typeof dtype], _type: 'Value' }])
  return JSON.stringify({
    info: { features: { audio: { sampling_rate: 16_000, _type: 'Audio' }, ...Object.fromEntries(features) } },
  })
}

/** A writer whose bytes are taken away group by group, without a copy: a file of any size in the memory of one group. */
class PieceWriter extends ByteWriter {
  take(): Uint8Array {
    const bytes = this.getBytes()
    // The next group is about as large.
    this.buffer = new ArrayBuffer(Math.max(1024, bytes.length))
    this.view = new DataView(this.buffer)
    this.index = 0
    return bytes
  }
}
