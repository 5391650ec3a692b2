import type { Cell } from '../csv.ts'
import type { ExportItem } from '../deidentification.ts'
import { audioFile } from './audioFile.ts'
import type { ExportFile, Layout } from './layout.ts'

/**
 * A tree after the Brain Imaging Data Structure (https://bids.neuroimaging.io, 1.10): sub-/ses- folders, entities in the file
 * names, a JSON beside each recording. BIDS has no modality for speech; it lies in `audio/`, which a validator must be told to
 * ignore (.bidsignore), hence "BIDS-like".
 */
export const bids: Layout = function* (source) {
  const participants = [...Map.groupBy(source.items, ({ participant }) => participant)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  )
  yield json('dataset_description.json', {
    Name: source.dataset.name,
    BIDSVersion: '1.10.0',
    DatasetType: 'raw',
    GeneratedBy: [{ Name: 'Spira Edge' }],
    SourceDatasets: [{ URL: `spira:dataset-version:${source.dataset.contentHash}` }],
  })
  yield { path: '.bidsignore', content: '**/audio/\n' }
  yield {
    path: 'participants.tsv',
    content: tsv(
      ['participant_id', 'age', 'sex', 'site', 'label'],
      participants.map(([id, [first]]) => [
        `sub-${id}`,
        first?.row['age_years'],
        first?.row['sex'],
        first?.row['site'],
        first?.row['label'],
      ]),
    ),
  }
  yield json('participants.json', {
    age: { Description: 'Age at the visit; 90 means 90 or older', Units: 'year' },
    sex: { Description: 'Sex as registered' },
    site: { Description: 'Number of the site in this dataset' },
    label: { Description: 'Respiratory insufficiency', Levels: { 0: 'absent', 1: 'present' } },
  })
  const runs = new Map<string, number>()
  for (const item of source.items) {
    const entities = entitiesOf(item)
    const run = (runs.get(entities) ?? 0) + 1
    runs.set(entities, run)
    const session = `ses-${String(item.visit).padStart(2, '0')}`
    const path = `sub-${item.participant}/${session}/audio/${entities}_run-${String(run).padStart(2, '0')}_audio`
    yield audioFile(source, item, `${path}.${source.audio}`)
    yield json(`${path}.json`, item.row)
  }
}

/** Labels hold letters and digits alone. */
const entitiesOf = ({ participant, visit, row }: ExportItem): string =>
  `sub-${participant}_ses-${String(visit).padStart(2, '0')}_task-${String(row['task']).replaceAll(/[^a-z0-9]/gi, '')}`

const json = (path: string, value: object): ExportFile => ({ path, content: `${JSON.stringify(value, null, 2)}\n` })

/** BIDS: tab-separated, `n/a` where there is nothing. */
const tsv = (columns: readonly string[], rows: readonly (readonly (Cell | undefined)[])[]): string =>
  [columns, ...rows.map((row) => row.map((cell) => cell ?? 'n/a'))].map((cells) => `${cells.join('\t')}\n`).join('')
