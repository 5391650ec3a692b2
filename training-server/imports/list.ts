import { parseCsv } from '../training/recordingsCsv.ts'

/** A table of words: a heading, and rows of as many cells. */
export interface ImportList {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const SEPARATORS = [',', ';', '\t'] as const

/** A CSV as spreadsheets write it: comma, semicolon or tab, with or without a byte order mark. Columns without a name get a number. */
export function readList(csv: string): ImportList {
  const text = csv.replace(/^\uFEFF/, '')
  const [heading = ''] = text.split(/\r?\n/, 1)
  const counts = SEPARATORS.map((separator) => heading.split(separator).length)
  const separator = SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ','
  const [names = [], ...rows] = parseCsv(text, separator)
  const columns = names.map((name, at) => (name.trim() === '' ? `${at + 1}` : name.trim().slice(0, 200)))
  return { columns, rows: rows.map((row) => columns.map((_, at) => (row[at] ?? '').trim())) }
}

/** Without a CSV the folder speaks: which file, in which folder, by which name. */
export const listOfFiles = (paths: readonly string[]): ImportList => ({
  columns: ['file', 'folder', 'name'],
  rows: paths.map((path) => {
    const parts = path.split('/')
    const name = (parts.at(-1) ?? '').replace(/\.[^.]*$/, '')
    return [path, parts.at(-2) ?? '', name]
  }),
})

/** The cells of a column; null: there is no such column. Columns are found by place, never as a key of an object. */
export function cellsOf({ columns, rows }: ImportList, column: string): readonly string[] | null {
  const at = columns.indexOf(column)
  return at < 0 ? null : rows.map((row) => row[at] ?? '')
}
