import { TextInput } from '@mantine/core'
import type { Entry, ReadField } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { ChoiceGroup } from '../app/ChoiceGroup.tsx'
import { useAppText } from '../app/useAppText.ts'
import { localDay } from '../protocol/protocols.ts'
import { IcdField } from './IcdField.tsx'
import { NumberField } from './NumberField.tsx'
import { SeveralField } from './SeveralField.tsx'

interface ProtocolFieldProps {
  readonly read: ReadField
  readonly entry: Entry | undefined
  readonly left: boolean
  readonly onEnter: (entry: Entry | undefined) => void
  readonly onLeave: () => void
  readonly onConfirm: (value: number | undefined) => void
}

/** One question of the protocol, by its kind. */
export function ProtocolField({
  read: { field, reading },
  entry,
  left,
  onEnter,
  onLeave,
  onConfirm,
}: ProtocolFieldProps) {
  const text = useAppText()
  const { language } = useLanguage()
  const typed = typeof entry === 'string' ? entry : ''
  const shared = { typed, reading, left, onType: onEnter, onLeave }
  switch (field.kind) {
    case 'number':
      return <NumberField field={field} {...shared} onConfirm={onConfirm} />
    case 'icd':
      return <IcdField field={field} {...shared} />
    case 'several':
      return (
        <SeveralField
          field={field}
          chosen={Array.isArray(entry) ? (entry as readonly string[]) : []}
          onChoose={onEnter}
        />
      )
    case 'choice':
      return (
        <ChoiceGroup
          legend={field.label[language]}
          hint={field.hint?.[language]}
          name={field.id}
          choices={field.options.map(({ value, label }) => ({
            value,
            label: label[language],
            testId: `field-${field.id}-${value}`,
          }))}
          value={typed === '' ? undefined : typed}
          onChange={onEnter}
          onClear={() => onEnter(undefined)}
        />
      )
    case 'yes-no':
      return (
        <ChoiceGroup
          legend={field.label[language]}
          hint={field.hint?.[language]}
          name={field.id}
          choices={(['yes', 'no'] as const).map((value) => ({
            value,
            label: text(`form.${value}`),
            testId: `field-${field.id}-${value}`,
          }))}
          value={typeof entry === 'boolean' ? (entry ? 'yes' : 'no') : undefined}
          onChange={(value) => onEnter(value === 'yes')}
          onClear={() => onEnter(undefined)}
        />
      )
    case 'date':
    case 'text':
      return (
        <TextInput
          label={field.label[language]}
          description={field.hint?.[language]}
          id={`field-${field.id}`}
          data-testid={`field-${field.id}`}
          autoComplete="off"
          value={typed}
          {...(field.kind === 'date'
            ? { type: 'date', ...(field.future === 'refused' && { max: localDay() }) }
            : { maxLength: field.maxLength })}
          error={
            left && reading.status === 'refused' ? text(`refused.field.${reading.why}`, REFUSED_VALUES) : undefined
          }
          onBlur={onLeave}
          onChange={(event) => onEnter(event.currentTarget.value)}
        />
      )
  }
}

/** Only numbers have ranges; the sentences of dates and texts name none. */
const REFUSED_VALUES = { min: '', max: '', unit: '', decimals: 0, other: '', limit: '' }
