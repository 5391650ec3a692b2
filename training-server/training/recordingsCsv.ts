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
 * @returns the examples; a hash of labels, participants, audio and all that describes it, which says which dataset this is; and sentences about
 * what may be wrong with the list: one person counted as several is tested on their own voice.
 */
export async function readRecordingsCsv(
  csvPath: string,
): Promise<{ examples: TrainingExample[]; contentHash: string; warnings: string[] }> {
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
    if (participant >= 0 && (row[participant] ?? '').trim() === '') {
      throw new Error(
        `${csvPath}, row ${index + 2}: participant is empty. Name the person of each recording, or leave the whole column out.`,
      )
    }
    return {
      recordingId: file,
      participantId: row[participant] ?? file,
      siteId: (row[site] ?? '') === '' ? 'unknown' : (row[site] ?? ''),
      label: given === '1' ? 1 : 0,
      groups: groupsOf(Object.fromEntries(described.map(([name, at]) => [name, row[at] ?? '']))),
      wavPath: resolve(dirname(csvPath), file),
    }
  })
  const content: (readonly [string, string, number, string, string, Readonly<Record<string, string>>])[] = []
  for (const { recordingId, participantId, siteId, label: value, groups = {}, wavPath } of examples) {
    const audio = createHash('sha256')
      .update(await readFile(wavPath))
      .digest('hex')
    content.push([recordingId, participantId, value, audio, siteId, groups])
  }
  content.sort(([a], [b]) => (a < b ? -1 : 1))
  const warnings = [
    ...(participant < 0
      ? [`${csvPath} has no column participant: each of its ${examples.length} files counts as a person of its own.`]
      : []),
    ...soundsOfSeveral(content),
  ]
  return { examples, contentHash: await sha256Hex(utf8(canonicalJson(content))), warnings }
}

/** The same sound under two names is most often one person, or one file copied. */
function soundsOfSeveral(content: readonly (readonly [string, string, number, string, ...unknown[]])[]): string[] {
  const twice = [...Map.groupBy(content, ([, , , audio]) => audio).values()].filter(
    (same) => new Set(same.map(([, participantId]) => participantId)).size > 1,
  )
  const [first] = twice
  if (first === undefined) return []
  return [
    `${twice.length} sounds stand under more than one participant, such as ${first.map(([recordingId]) => recordingId).join(' and ')}: people are then tested on what was trained on.`,
  ]
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
