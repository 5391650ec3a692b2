import type { ImportDetail, ImportMapping } from '@spira/shared/protocol/importsApi.ts'
import { taskSchema } from '@spira/shared/protocol/records.ts'
import { cellsOf, type ImportList } from './list.ts'

/** Names that columns go by, in lists of several languages and the predecessor's. */
const NAMES = {
  file: ['file', 'file_path', 'filename', 'path', 'audio', 'wav', 'arquivo', 'archivo', 'file_name'],
  participant: [
    'participant',
    'participant_id',
    'patient',
    'patient_id',
    'subject',
    'subject_id',
    'speaker',
    'id',
    'paciente',
    'name',
  ],
  site: ['site', 'hospital', 'center', 'centre', 'ward', 'local'],
  task: ['task', 'tarefa', 'tarea', 'utterance', 'prompt'],
  label: ['label', 'class', 'diagnosis', 'classe', 'status', 'group', 'grupo', 'folder', 'ri'],
  age: ['age', 'age_years', 'idade', 'edad'],
  sex: ['sex', 'gender', 'sexo', 'genero'],
  spo2: ['spo2', 'spo2_percent', 'saturation', 'saturacao', 'oxygen_saturation'],
  recordedAt: ['recorded_at', 'date', 'data', 'fecha', 'started_at'],
} as const

const LABELS = new Map<string, 'present' | 'absent' | 'unknown'>([
  ...[
    '1',
    'present',
    'positive',
    'yes',
    'patient',
    'patients',
    'paciente',
    'pacientes',
    'case',
    'ill',
    'ri',
    'sim',
  ].map((word) => [word, 'present'] as const),
  ...['0', 'absent', 'negative', 'no', 'control', 'controls', 'controle', 'controles', 'healthy', 'nao', 'não'].map(
    (word) => [word, 'absent'] as const,
  ),
  ...['unknown', '?', 'desconhecido'].map((word) => [word, 'unknown'] as const),
])

const WORDS_SHOWN = 30

/** A first guess of what each column says, for a person to look at. */
export function guessMapping(list: ImportList): Partial<ImportMapping> {
  const found = (what: keyof typeof NAMES): string | null =>
    NAMES[what]
      .map((name) => list.columns.find((column) => column.toLowerCase() === name))
      .find((column) => column !== undefined) ?? null
  const label = found('label')
  const labelMeanings = label === null ? [] : meanings(list, label, (word) => LABELS.get(word.toLowerCase()) ?? null)
  const task = found('task')
  const site = found('site')
  return {
    file: found('file') ?? '',
    participant: found('participant') ?? '',
    ...(site !== null && { site: { column: site } }),
    task:
      task === null
        ? { task: 'read-sentence' }
        : { column: task, meanings: meanings(list, task, (word) => taskSchema.safeParse(word).data ?? null) },
    // A column by that name in which no word is known says something else.
    label:
      label === null || labelMeanings.length === 0
        ? null
        : { column: label, meanings: labelMeanings, establishedBy: 'clinical' },
    age: found('age'),
    sex: found('sex'),
    spo2: found('spo2'),
    recordedAt: found('recordedAt'),
  }
}

/** The columns and some of their different words, for the choice. */
export const columnsOf = (list: ImportList): ImportDetail['columns'] =>
  list.columns.map((name) => {
    const words = [...new Set(cellsOf(list, name))].filter((word) => word !== '')
    return {
      name,
      words: words.slice(0, WORDS_SHOWN).map((word) => word.slice(0, 200)),
      more: words.length > WORDS_SHOWN,
    }
  })

function meanings<T>(
  list: ImportList,
  column: string,
  read: (word: string) => T | null,
): { word: string; meaning: T }[] {
  return [...new Set(cellsOf(list, column))]
    .flatMap((word) => {
      const meaning = read(word)
      return meaning === null || word === '' ? [] : [{ word: word.slice(0, 200), meaning }]
    })
    .slice(0, 500)
}
