import type { Cell } from '../csv.ts'
import type { ExportItem } from '../deidentification.ts'
import { audioFile } from './audioFile.ts'
import type { ExportFile, ExportSource, Layout } from './layout.ts'
import { byParticipant } from './recordingTables.ts'

/**
 * A tree after the Brain Imaging Data Structure (https://bids.neuroimaging.io, 1.10): sub-/ses- folders, entities in the file
 * names, a JSON beside each recording, the recordings of a session in its scans.tsv. BIDS has no modality for speech; it lies in `audio/`,
 * which a validator must be told to ignore (.bidsignore), hence "BIDS-like".
 */
export const bids: Layout = function* (source) {
  const participants = byParticipant(source.items)
  yield json('dataset_description.json', {
    Name: source.dataset.name,
    BIDSVersion: '1.10.0',
    DatasetType: 'raw',
    GeneratedBy: [{ Name: 'Spira Edge' }],
    SourceDatasets: [{ URL: `spira:dataset-version:${source.dataset.contentHash}` }],
  })
  yield { path: '.bidsignore', content: '**/audio/\n**/*_scans.tsv\n' }
  yield {
    path: 'participants.tsv',
    content: tsv(
      ['participant_id', 'age', 'sex', 'site', 'label'],
      participants.map(([id, items]) => [
        `sub-${id}`,
        ...['age_years', 'sex', 'site', 'label'].map((column) => sameOf(items, column)),
      ]),
    ),
  }
  yield json('participants.json', {
    age: { Description: 'Age when registered; 90 means 90 or older', Units: 'year' },
    sex: { Description: 'Sex as registered' },
    site: {
      Description: `Number of the site in this dataset; ${VARIES}: not the same at each visit, see the scans.tsv`,
    },
    label: {
      Description: 'Respiratory insufficiency',
      Levels: { 0: 'absent', 1: 'present', [VARIES]: 'not the same at each visit: see the scans.tsv' },
    },
  })
  for (const [, own] of participants)
    for (const items of Map.groupBy(own, ({ visit }) => visit).values()) yield* session(source, items)
}

/** The recordings of one visit of one participant, and the list of them. */
function* session(source: ExportSource, items: readonly ExportItem[]): Generator<ExportFile> {
  const runs = new Map<string, number>()
  const scans: (readonly (Cell | undefined)[])[] = []
  const [first] = items
  if (first === undefined) return
  const [sub, ses] = [`sub-${first.participant}`, `ses-${String(first.visit).padStart(2, '0')}`]
  for (const item of items) {
    // Labels of entities hold letters and digits alone.
    const task = String(item.row['task']).replaceAll(/[^a-z0-9]/gi, '')
    const run = (runs.get(task) ?? 0) + 1
    runs.set(task, run)
    const name = `${sub}_${ses}_task-${task}_run-${String(run).padStart(2, '0')}_audio`
    const path = `${sub}/${ses}/audio/${name}`
    yield audioFile(source, item, `${path}.${source.audio}`)
    yield json(`${path}.json`, item.row)
    const { label, site, recorded_on: recordedOn } = item.row
    scans.push([`audio/${name}.${source.audio}`, label, site, recordedOn])
  }
  const columns = ['filename', 'label', 'site', 'recorded_on']
  yield { path: `${sub}/${ses}/${sub}_${ses}_scans.tsv`, content: tsv(columns, scans) }
}

/** What a participant has at one visit and not at another has no place in a row of participants. */
const VARIES = 'varies'
function sameOf(items: readonly ExportItem[], column: string): Cell {
  const values = new Set(items.map(({ row }) => row[column] ?? null))
  const [only = null] = values
  return values.size > 1 ? VARIES : only
}

const json = (path: string, value: object): ExportFile => ({ path, content: `${JSON.stringify(value, null, 2)}\n` })

/** BIDS: tab-separated, `n/a` where there is nothing. */
const tsv = (columns: readonly string[], rows: readonly (readonly (Cell | undefined)[])[]): string =>
  [columns, ...rows.map((row) => row.map((cell) => cell ?? 'n/a'))].map((cells) => `${cells.join('\t')}\n`).join('')
