import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { sha256Hex, utf8 } from '@spira/shared/protocol/bytes.ts'
import { canonicalJson } from '@spira/shared/protocol/canonicalJson.ts'
import { groupsOf } from './groups.ts'
import type { TrainingExample } from './trainingRequest.ts'

/**
 * Reads the predecessor's list of recordings: a CSV with the columns `file_path` (relative to the CSV) and `class` (0 or 1), and,
 * where there are any, `participant` and `site`. Without `participant` each file counts as a person of its own. Every further
 * column describes the recording: to slice figures by, or to hold out.
 *
 * @returns the examples, and a hash of labels, participants and audio that says which dataset this is.
 */
export async function readRecordingsCsv(
  csvPath: string,
): Promise<{ examples: TrainingExample[]; contentHash: string }> {
  const [header = [], ...rows] = parseCsv(await readFile(csvPath, 'utf8'))
  const column = (name: string) => header.indexOf(name)
  const [path, label, participant, site] = ['file_path', 'class', 'participant', 'site'].map(column) as [
    number,
    number,
    number,
    number,
  ]
  if (path < 0 || label < 0)
    throw new Error(`${csvPath} needs the columns file_path and class; it has ${header.join(', ')}.`)

  const described = [...header.entries()].flatMap(([at, name]): [string, number][] =>
    ['file_path', 'class', 'participant'].includes(name) ? [] : [[name, at]],
  )

  const examples = rows.map((row, index): TrainingExample => {
    const file = row[path] ?? ''
    const given = row[label]
    if (given !== '0' && given !== '1') {
      throw new Error(`${csvPath}, row ${index + 2}: class is "${given ?? ''}"; it must be 0 (absent) or 1 (present).`)
    }
    return {
      recordingId: file,
      participantId: row[participant] ?? file,
      siteId: row[site] ?? 'unknown',
      label: given === '1' ? 1 : 0,
      groups: groupsOf(Object.fromEntries(described.map(([name, at]) => [name, row[at] ?? '']))),
      wavPath: resolve(dirname(csvPath), file),
    }
  })
  const content: (readonly [string, string, number, string])[] = []
  for (const { recordingId, participantId, label: value, wavPath } of examples) {
    const audio = createHash('sha256')
      .update(await readFile(wavPath))
      .digest('hex')
    content.push([recordingId, participantId, value, audio])
  }
  content.sort(([a], [b]) => (a < b ? -1 : 1))
  return { examples, contentHash: await sha256Hex(utf8(canonicalJson(content))) }
}

/** RFC 4180: commas (or another separator), quoted fields with doubled quotes, CRLF or LF; empty lines are skipped. */
export function parseCsv(text: string, separator: ',' | ';' | '\t' = ','): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^${separator}\\r\\n]*))(${separator}|\\r?\\n|$)`, 'g')
  for (const [, quoted, plain = '', end] of text.matchAll(field)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === separator) continue
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  return rows
}
