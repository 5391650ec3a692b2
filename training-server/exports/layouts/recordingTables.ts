import type { ExportLayout } from '@spira/shared/protocol/exportsApi.ts'
import type { Cell } from '../csv.ts'
import type { ExportItem } from '../deidentification.ts'
import { audioPath } from './audioFile.ts'
import { type ExportSource, rowOf } from './layout.ts'

/** The rows of a layout as they leave, a recording each, in the columns' order; REDCap's have one a participant besides. */
export interface RecordingTable {
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, Cell>>[]
}

/** What the layout writes, the dry run shows and Croissant describes: one table for the three. */
export const recordingTable = (source: ExportSource, layout: ExportLayout): RecordingTable => TABLES[layout](source)

/** Every column, the file's name first. */
const withFile =
  (column: string, pathOf: (source: ExportSource, item: ExportItem) => string) =>
  (source: ExportSource): RecordingTable => ({
    columns: [column, ...source.columns],
    rows: source.items.map((item) => rowOf(item, { [column]: pathOf(source, item) })),
  })

/** Every column; the sound lies beside under the same name, or inside. */
const rowsAlone = ({ columns, items }: ExportSource): RecordingTable => ({ columns, rows: items.map(({ row }) => row) })

const inAudio = withFile('file', (source, item) => audioPath(source, item, 'audio/'))

const TABLES: Readonly<Record<ExportLayout, (source: ExportSource) => RecordingTable>> = {
  audiofolder: withFile('file_name', (source, item) => audioPath(source, item, '')),
  parquet: rowsAlone,
  'parquet-files': inAudio,
  webdataset: rowsAlone,
  bids: rowsAlone,
  'spira-csv': (source) => ({
    columns: ['file_path', 'class'],
    rows: source.items.map((item) => ({
      file_path: audioPath(source, item, 'audio/'),
      class: item.row['label'] ?? null,
    })),
  }),
  'redcap-csv': redcap,
  plain: inAudio,
  'json-lines': inAudio,
  features: withFile('file', (_, item) => `mfcc/${item.key}.npy`),
  'features-parquet': rowsAlone,
}

/** What is the participant's and the same at every visit; the site may be another. */
const OWN = ['sex', 'age_years']

/**
 * REDCap's import: a participant a record, each recording a repeating instance of the instrument `recording` ("Repeating
 * Instruments and Events"). Field names in lower case with underscores, as REDCap wants them.
 */
function redcap(source: ExportSource): RecordingTable {
  const repeated = source.columns.filter((column) => column !== 'participant' && !OWN.includes(column))
  const rows = byParticipant(source.items).flatMap(([participant, items]) => [
    { record_id: participant, ...pick(items[0]?.row ?? {}, OWN) },
    ...items.map((item, index) => ({
      record_id: participant,
      redcap_repeat_instrument: 'recording',
      redcap_repeat_instance: index + 1,
      ...pick(item.row, repeated),
      file: audioPath(source, item, 'audio/'),
    })),
  ])
  const columns = ['record_id', 'redcap_repeat_instrument', 'redcap_repeat_instance', ...OWN, ...repeated, 'file']
  return { columns, rows }
}

/** The items of each participant, in the order of their names. */
export const byParticipant = (items: readonly ExportItem[]): [string, ExportItem[]][] =>
  [...Map.groupBy(items, ({ participant }) => participant)].toSorted(([a], [b]) => (a < b ? -1 : 1))

const pick = <T>(row: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)))
