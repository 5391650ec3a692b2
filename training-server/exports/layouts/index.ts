import type { ExportLayout } from '@spira/shared/protocol/exportsApi.ts'
import { bids } from './bids.ts'
import { features } from './features.ts'
import { featuresParquet } from './featuresParquet.ts'
import type { ExportFile, ExportSource, Layout } from './layout.ts'
import { parquet } from './parquet.ts'
import { parquetFiles } from './parquetFiles.ts'
import { readme } from './readme.ts'
import { audiofolder, jsonLines, plain, redcapCsv, spiraCsv } from './tables.ts'
import { webdataset } from './webdataset.ts'

const LAYOUTS: Readonly<Record<ExportLayout, Layout>> = {
  audiofolder,
  parquet,
  'parquet-files': parquetFiles,
  webdataset,
  bids,
  'spira-csv': spiraCsv,
  'redcap-csv': redcapCsv,
  plain,
  'json-lines': jsonLines,
  features,
  'features-parquet': featuresParquet,
}

/** Every file of an export: its description first, then what the layout arranges. */
export function* filesOf(source: ExportSource, layout: ExportLayout): Generator<ExportFile> {
  yield readme(source)
  yield* LAYOUTS[layout](source)
}
