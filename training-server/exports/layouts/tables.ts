import { toCsv } from '../csv.ts'
import { audioFile, audioPath } from './audioFile.ts'
import { type ExportFile, type ExportSource, type Layout, rowOf } from './layout.ts'

/** Audio beside one table: what every tool and every person can open. */
export const plain: Layout = function* (source) {
  const rows = source.items.map((item) => rowOf(item, { file: audioPath(source, item, 'audio/') }))
  yield { path: 'metadata.csv', content: toCsv(['file', ...source.columns], rows) }
  yield* allAudio(source, 'audio/')
}

/** One JSON object a line (https://jsonlines.org). */
export const jsonLines: Layout = function* (source) {
  const lines = source.items.map((item) => JSON.stringify(rowOf(item, { file: audioPath(source, item, 'audio/') })))
  yield { path: 'metadata.jsonl', content: lines.map((line) => `${line}\n`).join('') }
  yield* allAudio(source, 'audio/')
}

/** The predecessor's table: `file_path,class`, 1 for respiratory insufficiency. */
export const spiraCsv: Layout = function* (source) {
  const rows = source.items.map((item) => ({
    file_path: audioPath(source, item, 'audio/'),
    class: item.row['label'] ?? null,
  }))
  yield { path: 'dataset.csv', content: toCsv(['file_path', 'class'], rows) }
  yield* allAudio(source, 'audio/')
}

/** Hugging Face `audiofolder`: metadata.csv with `file_name` beside the audio, a dataset card with its configuration. */
export const audiofolder: Layout = function* (source) {
  const rows = source.items.map((item) => rowOf(item, { file_name: audioPath(source, item, '') }))
  yield { path: 'train/metadata.csv', content: toCsv(['file_name', ...source.columns], rows) }
  yield* allAudio(source, 'train/')
}

/**
 * REDCap's import: a participant a record, each recording a repeating instance of the instrument `recording` ("Repeating
 * Instruments and Events"). Field names in lower case with underscores, as REDCap wants them.
 */
export const redcapCsv: Layout = function* (source) {
  const own = ['participant', 'sex', 'age_years', 'site']
  const repeated = source.columns.filter((column) => !own.includes(column))
  const columns = [
    'record_id',
    'redcap_repeat_instrument',
    'redcap_repeat_instance',
    ...own.slice(1),
    ...repeated,
    'file',
  ]
  const rows = [...Map.groupBy(source.items, ({ participant }) => participant)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([participant, items]) => [
      { record_id: participant, ...pick(items[0]?.row ?? {}, own.slice(1)) },
      ...items.map((item, index) => ({
        record_id: participant,
        redcap_repeat_instrument: 'recording',
        redcap_repeat_instance: index + 1,
        ...pick(item.row, repeated),
        file: audioPath(source, item, 'audio/'),
      })),
    ])
  yield { path: 'redcap.csv', content: toCsv(columns, rows) }
  yield* allAudio(source, 'audio/')
}

const pick = <T>(row: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name)))

function* allAudio(source: ExportSource, folder: string): Generator<ExportFile> {
  for (const item of source.items) yield audioFile(source, item, audioPath(source, item, folder))
}
