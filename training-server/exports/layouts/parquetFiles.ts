import type { Layout } from './layout.ts'
import { parquetTable } from './parquetTable.ts'
import { recordingTable } from './recordingTables.ts'
import { allAudio } from './tables.ts'

/** Parquet with the audio by path: `metadata.parquet`, whose column `file` names a file beside it. */
export const parquetFiles: Layout = function* (source) {
  const table = recordingTable(source, 'parquet-files')
  yield { path: 'metadata.parquet', content: { whole: () => Promise.resolve(parquetTable(table)) } }
  yield* allAudio(source, 'audio/')
}
