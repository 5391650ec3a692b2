import { type ImportDetail, type ImportMapping, importMappingSchema } from '@spira/shared/protocol/importsApi.ts'
import type { Label, Task } from '@spira/shared/protocol/records.ts'

/** The mapping while it is chosen: '' is a column not chosen. */
export interface MappingDraft {
  readonly file: string
  readonly participant: string
  readonly site: string
  readonly siteName: string
  readonly simulated: boolean
  /** '' : one task for all, `oneTask`. */
  readonly task: string
  readonly oneTask: Task
  readonly tasks: Readonly<Record<string, Task | ''>>
  readonly label: string
  readonly labels: Readonly<Record<string, Label['value'] | ''>>
  readonly establishedBy: NonNullable<Label['establishedBy']>
  readonly age: string
  readonly sex: string
  readonly spo2: string
  readonly recordedAt: string
  readonly consent: string
}

/** What the server guessed, to begin with. */
export function draftOf({ guess }: ImportDetail): MappingDraft {
  const { site, task, label } = guess
  return {
    file: guess.file ?? '',
    participant: guess.participant ?? '',
    site: site !== undefined && 'column' in site ? site.column : '',
    siteName: '',
    simulated: false,
    task: task !== undefined && 'column' in task ? task.column : '',
    oneTask: task !== undefined && 'task' in task ? task.task : 'read-sentence',
    tasks: task !== undefined && 'column' in task ? wordsOf(task.meanings) : {},
    label: label?.column ?? '',
    labels: label === null || label === undefined ? {} : wordsOf(label.meanings),
    establishedBy: label?.establishedBy ?? 'clinical',
    age: guess.age ?? '',
    sex: guess.sex ?? '',
    spo2: guess.spo2 ?? '',
    recordedAt: guess.recordedAt ?? '',
    consent: '',
  }
}

/** What a word was said to mean; '' : nothing yet. Words come from a foreign list: `constructor` is one, too. */
export const meaningIn = <T extends string>(words: Readonly<Record<string, T | ''>>, word: string): T | '' =>
  Object.hasOwn(words, word) ? (words[word] ?? '') : ''

const wordsOf = <T extends string>(meanings: readonly { word: string; meaning: T }[]): Record<string, T> =>
  Object.fromEntries(meanings.map(({ word, meaning }) => [word, meaning]))

const meaningsOf = <T extends string>(words: Readonly<Record<string, T | ''>>): { word: string; meaning: T }[] =>
  Object.entries(words).flatMap(([word, meaning]) => (meaning === '' ? [] : [{ word, meaning }]))

const chosen = (column: string): string | null => (column === '' ? null : column)

/** As the server takes it; null as long as something is missing. */
export function completeMapping(draft: MappingDraft): ImportMapping | null {
  if (draft.file === '' || draft.participant === '') return null
  const parsed = importMappingSchema.safeParse({
    file: draft.file,
    participant: draft.participant,
    site: draft.site === '' ? { name: draft.siteName } : { column: draft.site },
    simulated: draft.simulated,
    task: draft.task === '' ? { task: draft.oneTask } : { column: draft.task, meanings: meaningsOf(draft.tasks) },
    label:
      draft.label === ''
        ? null
        : { column: draft.label, meanings: meaningsOf(draft.labels), establishedBy: draft.establishedBy },
    age: chosen(draft.age),
    sex: chosen(draft.sex),
    spo2: chosen(draft.spo2),
    recordedAt: chosen(draft.recordedAt),
    consent: draft.consent,
  })
  return parsed.success ? parsed.data : null
}
