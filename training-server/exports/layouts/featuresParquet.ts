import { ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import { SPIRA_MFCC } from '@spira/shared/signal/featureSpec.ts'
import { createFeatureExtractor } from '@spira/shared/signal/features.ts'
import { decodeWav } from '@spira/shared/signal/wav.ts'
import { readAhead } from '../../blobs/readAhead.ts'
import { describedRecordings, type DescribedRecording, DESCRIPTORS } from './descriptors.ts'
import { mfccDescription } from './features.ts'
import type { ExportSource, Layout } from './layout.ts'
import { parquetTable } from './parquetTable.ts'
import { PieceWriter } from './pieceWriter.ts'
import { recordingTable } from './recordingTables.ts'

/** Frames a row group: about 3 MB, three minutes of speech. */
const ROW_GROUP = 20_000

/** No audio, all as Parquet: one row a recording, one a frame of its MFCC, and one a recording of the acoustic descriptors. */
export const featuresParquet: Layout = function* (source) {
  const table = recordingTable(source, 'features-parquet')
  yield { path: 'metadata.parquet', content: { whole: () => Promise.resolve(parquetTable(table)) } }
  yield mfccDescription
  yield { path: 'mfcc.parquet', content: { pieces: () => frames(source) } }
  yield { path: 'descriptors.parquet', content: { pieces: () => descriptors(source) } }
}

/** The coefficients' columns of `mfcc.parquet`, behind `recording` and `frame`, which counts from 0. */
export const MFCC_COLUMNS = Array.from(
  { length: createFeatureExtractor(SPIRA_MFCC).bins },
  (_, coefficient) => `mfcc_${String(coefficient).padStart(2, '0')}`,
)

async function* frames(source: ExportSource): AsyncGenerator<Uint8Array> {
  const extractor = createFeatureExtractor(SPIRA_MFCC)
  const { bins } = extractor
  const sink = new PieceWriter()
  const writer = new ParquetWriter({
    writer: sink,
    schema: schemaFromColumnData({
      columnData: [
        { name: 'recording', type: 'STRING', data: [] },
        { name: 'frame', type: 'INT32', data: [] },
        ...MFCC_COLUMNS.map((name) => ({ name, type: 'FLOAT' as const, data: [] })),
      ],
    }),
    // Numbers with a full mantissa hardly shrink.
    codec: 'UNCOMPRESSED',
    statistics: false,
    createdBy: 'Spira Edge',
  })
  let group: { readonly key: string; readonly values: Float32Array }[] = []
  let rows = 0
  const writeGroup = (): void => {
    if (rows === 0) return
    const all = Float32Array.from(group.flatMap(({ values }) => [...values]))
    // A promise comes from a sink that flushes alone, and this one does not.
    void writer.write({
      columnData: [
        { name: 'recording', data: group.flatMap(({ key, values }) => Array<string>(values.length / bins).fill(key)) },
        { name: 'frame', data: group.flatMap(({ values }) => [...Array(values.length / bins).keys()]) },
        ...MFCC_COLUMNS.map((name, coefficient) => ({
          name,
          data: Float32Array.from({ length: rows }, (_, row) => all[row * bins + coefficient] ?? Number.NaN),
          encoding: 'PLAIN' as const,
        })),
      ],
      rowGroupSize: rows,
    })
    group = []
    rows = 0
  }
  const recordings = readAhead(source.items, async (item) => ({ item, wav: await source.readWav(item) }))
  for await (const { item, wav } of recordings) {
    const values = extractor.extract(decodeWav(wav).samples)
    group.push({ key: item.key, values })
    rows += values.length / bins
    if (rows >= ROW_GROUP) writeGroup()
    yield* sink.take()
  }
  writeGroup()
  await writer.finish()
  yield* sink.take()
}

async function* descriptors(source: ExportSource): AsyncGenerator<Uint8Array> {
  const rows: DescribedRecording[] = []
  for await (const row of describedRecordings(source)) rows.push(row)
  const columns = ['recording', ...DESCRIPTORS]
  yield parquetTable({ columns, rows }, (column) => (column === 'recording' ? 'STRING' : 'DOUBLE'))
}
