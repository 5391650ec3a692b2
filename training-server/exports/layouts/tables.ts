import type { ExportLayout } from '@spira/shared/protocol/exportsApi.ts'
import { toCsv } from '../csv.ts'
import { audioFile, audioPath } from './audioFile.ts'
import type { ExportFile, ExportSource, Layout } from './layout.ts'
import { recordingTable } from './recordingTables.ts'

/** A CSV of the layout's rows, and the audio in a folder. */
const csvAndAudio = (layout: ExportLayout, path: string, folder: string): Layout =>
  function* (source) {
    yield csvFile(source, layout, path)
    yield* allAudio(source, folder)
  }

/** The layout's rows as CSV. */
export function csvFile(source: ExportSource, layout: ExportLayout, path: string): ExportFile {
  const { columns, rows } = recordingTable(source, layout)
  return { path, content: toCsv(columns, rows) }
}

/** Audio beside one table: what every tool and every person can open. */
export const plain = csvAndAudio('plain', 'metadata.csv', 'audio/')

/** The predecessor's table: `file_path,class`, 1 for respiratory insufficiency. */
export const spiraCsv = csvAndAudio('spira-csv', 'dataset.csv', 'audio/')

/** Hugging Face `audiofolder`: metadata.csv with `file_name` beside the audio, a dataset card with its configuration. */
export const audiofolder = csvAndAudio('audiofolder', 'train/metadata.csv', 'train/')

/** For REDCap's import (recordingTables.ts). */
export const redcapCsv = csvAndAudio('redcap-csv', 'redcap.csv', 'audio/')

/** One JSON object a line (https://jsonlines.org). */
export const jsonLines: Layout = function* (source) {
  const { rows } = recordingTable(source, 'json-lines')
  yield { path: 'metadata.jsonl', content: rows.map((row) => `${JSON.stringify(row)}\n`).join('') }
  yield* allAudio(source, 'audio/')
}

export function* allAudio(source: ExportSource, folder: string): Generator<ExportFile> {
  for (const item of source.items) yield audioFile(source, item, audioPath(source, item, folder))
}
