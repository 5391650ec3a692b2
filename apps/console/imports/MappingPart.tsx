import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import type { ImportDetail } from '@spira/shared/protocol/importsApi.ts'
import { establishedBySchema, labelSchema, taskSchema } from '@spira/shared/protocol/records.ts'
import { z } from 'zod'
import { useText } from '../catalogue.ts'
import { type MappingDraft, meaningIn } from './mappingDraft.ts'
import styles from './ImportPage.module.css'

interface MappingPartProps {
  readonly detail: ImportDetail
  readonly draft: MappingDraft
  readonly onChange: (draft: MappingDraft) => void
}

const emptyWord = z.literal('')
const OPTIONAL = ['age', 'sex', 'spo2', 'recordedAt'] as const

/** Which column says what, and what the words of tasks and labels mean. */
export function MappingPart({ detail, draft, onChange }: MappingPartProps) {
  const text = useText()
  const set = (part: Partial<MappingDraft>): void => onChange({ ...draft, ...part })
  const columns = (none: string) => [
    { value: '', label: none },
    ...detail.columns.map(({ name, words }) => ({
      value: name,
      label: words[0] === undefined ? name : `${name} (${words.slice(0, 2).join(', ').slice(0, 30)}…)`,
    })),
  ]
  const select = (
    what: 'file' | 'participant' | 'site' | 'task' | 'label' | (typeof OPTIONAL)[number],
    none: string,
  ) => (
    <NativeSelect
      key={what}
      label={text(`imports.column.${what}`)}
      value={draft[what]}
      onChange={(event) => set({ [what]: event.currentTarget.value })}
      data={columns(none)}
      data-testid={`import-column-${what}`}
    />
  )
  const wordsOf = (column: string): readonly string[] => detail.columns.find(({ name }) => name === column)?.words ?? []
  return (
    <div className={styles.mapping}>
      {select('file', text('imports.choose'))}
      {select('participant', text('imports.choose'))}
      {select('site', text('imports.oneSite'))}
      {draft.site === '' && (
        <TextInput
          label={text('imports.siteName')}
          value={draft.siteName}
          maxLength={80}
          onChange={(event) => set({ siteName: event.currentTarget.value })}
          data-testid="import-site"
        />
      )}
      {select('task', text('imports.oneTask'))}
      {draft.task === '' && (
        <NativeSelect
          label={text('imports.task')}
          value={draft.oneTask}
          onChange={(event) => set({ oneTask: taskSchema.parse(event.currentTarget.value) })}
          data={taskSchema.options.map((task) => ({ value: task, label: text(`task.${task}`) }))}
        />
      )}
      {select('label', text('imports.noLabel'))}
      {draft.label !== '' && (
        <NativeSelect
          label={text('imports.establishedBy')}
          value={draft.establishedBy}
          onChange={(event) => set({ establishedBy: establishedBySchema.parse(event.currentTarget.value) })}
          data={establishedBySchema.options.map((way) => ({
            value: way,
            label: text(`established.${way}`),
          }))}
        />
      )}
      {OPTIONAL.map((what) => select(what, text('imports.notGiven')))}
      <TextInput
        label={text('imports.consent')}
        description={text('imports.consentHint')}
        value={draft.consent}
        maxLength={40}
        onChange={(event) => set({ consent: event.currentTarget.value })}
        data-testid="import-consent"
      />
      <Checkbox
        label={text('imports.simulated')}
        checked={draft.simulated}
        onChange={(event) => set({ simulated: event.currentTarget.checked })}
      />
      {draft.task !== '' && (
        <fieldset className={styles.words}>
          <legend>{text('imports.taskWords')}</legend>
          {wordsOf(draft.task).map((word) => (
            <NativeSelect
              key={word}
              label={word}
              value={meaningIn(draft.tasks, word)}
              onChange={(event) =>
                set({ tasks: { ...draft.tasks, [word]: taskSchema.or(emptyWord).parse(event.currentTarget.value) } })
              }
              data={[
                { value: '', label: text('imports.choose') },
                ...taskSchema.options.map((task) => ({ value: task, label: text(`task.${task}`) })),
              ]}
            />
          ))}
        </fieldset>
      )}
      {draft.label !== '' && (
        <fieldset className={styles.words}>
          <legend>{text('imports.labelWords')}</legend>
          {wordsOf(draft.label).map((word) => (
            <NativeSelect
              key={word}
              label={word}
              value={meaningIn(draft.labels, word)}
              onChange={(event) =>
                set({
                  labels: {
                    ...draft.labels,
                    [word]: labelSchema.shape.value.or(emptyWord).parse(event.currentTarget.value),
                  },
                })
              }
              data={[
                { value: '', label: text('imports.choose') },
                ...labelSchema.shape.value.options.map((value) => ({ value, label: text(`label.${value}`) })),
              ]}
            />
          ))}
        </fieldset>
      )}
    </div>
  )
}
