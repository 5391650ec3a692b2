import type { ExportLayout } from '@spira/shared/protocol/exportsApi.ts'
import { DESCRIPTORS } from './descriptors.ts'
import { MFCC_COLUMNS } from './featuresParquet.ts'
import type { ExportSource } from './layout.ts'
import { columnType } from './parquetTable.ts'
import { recordingTable } from './recordingTables.ts'

type DataType = 'sc:Text' | 'sc:Integer' | 'sc:Float' | 'sc:Date' | 'sc:AudioObject'

/** A file of the archive that holds records. */
interface RecordFile {
  readonly id: string
  readonly path: string
  readonly encodingFormat: string
}
/** Files of the archive that are alike; `within` other files where those are archives themselves. */
interface FileSet {
  readonly id: string
  readonly includes: string
  readonly encodingFormat: string
  readonly within?: string
}
interface RecordField {
  readonly name: string
  readonly dataType: DataType
  readonly from: 'column' | 'json' | 'embedded-audio'
}
interface RecordSet {
  readonly id: string
  readonly of: { readonly fileObject: string } | { readonly fileSet: string }
  /** Names of the fields that together are another in each record. */
  readonly key: readonly string[]
  readonly fields: readonly RecordField[]
}

/** What lies in the archive and how its records are read. */
export interface CroissantParts {
  readonly files: readonly RecordFile[]
  readonly sets: readonly FileSet[]
  readonly records: readonly RecordSet[]
}

export function croissantParts(source: ExportSource, layout: ExportLayout): CroissantParts {
  const audio = audioSet(source.audio)
  switch (layout) {
    case 'plain':
      return inTable(source, layout, 'metadata.csv', 'text/csv', [audio])
    case 'audiofolder':
      return inTable(source, layout, 'train/metadata.csv', 'text/csv', [audio])
    case 'spira-csv':
      return inTable(source, layout, 'dataset.csv', 'text/csv', [audio])
    case 'redcap-csv':
      return inTable(source, layout, 'redcap.csv', 'text/csv', [audio])
    case 'json-lines':
      return inTable(source, layout, 'metadata.jsonl', 'application/jsonlines', [audio])
    case 'parquet-files':
      return inTable(source, layout, 'metadata.parquet', PARQUET, [audio])
    case 'parquet':
      return {
        files: [],
        sets: [{ id: 'shards', includes: 'data/*.parquet', encodingFormat: PARQUET }],
        records: [
          {
            id: 'recordings',
            of: { fileSet: 'shards' },
            key: ['recording'],
            fields: [
              { name: 'audio', dataType: 'sc:AudioObject', from: 'embedded-audio' },
              ...columnFields(source, layout, 'column'),
            ],
          },
        ],
      }
    case 'webdataset':
      return inJson(source, layout, [
        { id: 'shards', includes: '*.tar', encodingFormat: 'application/x-tar' },
        { id: 'rows', includes: '*.json', encodingFormat: 'application/json', within: 'shards' },
        { ...audio, includes: `*.${source.audio}`, within: 'shards' },
      ])
    case 'bids':
      return inJson(source, layout, [
        { id: 'rows', includes: 'sub-*/ses-*/audio/*.json', encodingFormat: 'application/json' },
        audio,
      ])
    case 'features': {
      const matrices: FileSet = { id: 'mfcc', includes: 'mfcc/*.npy', encodingFormat: 'application/octet-stream' }
      const table = inTable(source, layout, 'metadata.csv', 'text/csv', [matrices])
      return withDescriptors(table, 'descriptors.csv', 'text/csv')
    }
    case 'features-parquet': {
      const described = withDescriptors(
        inTable(source, layout, 'metadata.parquet', PARQUET, []),
        'descriptors.parquet',
        PARQUET,
      )
      return {
        ...described,
        files: [...described.files, { id: 'mfcc-table', path: 'mfcc.parquet', encodingFormat: PARQUET }],
        records: [...described.records, MFCC_FRAMES],
      }
    }
  }
}

const PARQUET = 'application/x-parquet'

const audioSet = (audio: 'wav' | 'flac'): FileSet => ({
  id: 'audio-files',
  includes: `**/*.${audio}`,
  encodingFormat: `audio/${audio}`,
})

/** One file is the table of the recordings. */
const inTable = (
  source: ExportSource,
  layout: ExportLayout,
  path: string,
  encodingFormat: string,
  sets: readonly FileSet[],
): CroissantParts => ({
  files: [{ id: 'table', path, encodingFormat }],
  sets,
  records: [
    {
      id: 'recordings',
      of: { fileObject: 'table' },
      key: KEYS[layout] ?? ['recording'],
      fields: columnFields(source, layout, 'column'),
    },
  ],
})

const KEYS: Partial<Record<ExportLayout, readonly string[]>> = {
  'spira-csv': ['file_path'],
  'redcap-csv': ['record_id', 'redcap_repeat_instrument', 'redcap_repeat_instance'],
}

/** A JSON beside each recording is its row. */
const inJson = (source: ExportSource, layout: ExportLayout, sets: readonly FileSet[]): CroissantParts => ({
  files: [],
  sets,
  records: [
    {
      id: 'recordings',
      of: { fileSet: 'rows' },
      key: ['recording'],
      fields: columnFields(source, layout, 'json'),
    },
  ],
})

function columnFields(source: ExportSource, layout: ExportLayout, from: 'column' | 'json'): RecordField[] {
  const { columns, rows } = recordingTable(source, layout)
  return columns.map((name) => ({ name, dataType: typeOf(rows, name), from }))
}

const TYPES = { DOUBLE: 'sc:Float', INT32: 'sc:Integer', STRING: 'sc:Text' } as const
const typeOf = (rows: Parameters<typeof columnType>[0], name: string): DataType =>
  name === 'recorded_on' ? 'sc:Date' : TYPES[columnType(rows, name)]

const withDescriptors = (parts: CroissantParts, path: string, encodingFormat: string): CroissantParts => ({
  ...parts,
  files: [...parts.files, { id: 'descriptors-table', path, encodingFormat }],
  records: [
    ...parts.records,
    {
      id: 'descriptors',
      of: { fileObject: 'descriptors-table' },
      key: ['recording'],
      fields: [{ name: 'recording', dataType: 'sc:Text', from: 'column' }, ...numbers(DESCRIPTORS)],
    },
  ],
})

const numbers = (names: readonly string[]): RecordField[] =>
  names.map((name) => ({ name, dataType: 'sc:Float', from: 'column' }))

const MFCC_FRAMES: RecordSet = {
  id: 'mfcc',
  of: { fileObject: 'mfcc-table' },
  key: ['recording', 'frame'],
  fields: [
    { name: 'recording', dataType: 'sc:Text', from: 'column' },
    { name: 'frame', dataType: 'sc:Integer', from: 'column' },
    ...numbers(MFCC_COLUMNS),
  ],
}
