import { Checkbox, TextInput } from '@mantine/core'
import type { FieldOf } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { Reading } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { Panel } from '@spira/shared/ui/Panel.tsx'
import { IconHelpCircle } from '@tabler/icons-react'
import { useIntl } from 'react-intl'
import { useAppText } from '../app/useAppText.ts'
import styles from './fields.module.css'
import { unitOf } from './spoken.ts'

interface NumberFieldProps {
  readonly field: FieldOf<'number'>
  readonly typed: string
  readonly reading: Reading
  /** Whether the person has left it: nobody is corrected while still typing. */
  readonly left: boolean
  readonly onType: (typed: string) => void
  readonly onLeave: () => void
  readonly onConfirm: (value: number | undefined) => void
}

/** A measured value with its unit. What cannot be is refused in a sentence, what is unusual is asked once more. */
export function NumberField({ field, typed, reading, left, onType, onLeave, onConfirm }: NumberFieldProps) {
  const text = useAppText()
  const { formatNumber } = useIntl()
  const { language } = useLanguage()
  const unit = unitOf(field, language)
  const unusual = askedValue(field, typed, reading)
  const words = unusual === null ? '' : `${formatNumber(unusual)} ${unit}`.trim()
  return (
    <div className={styles.number}>
      <TextInput
        label={field.label[language]}
        description={field.hint?.[language]}
        id={`field-${field.id}`}
        data-testid={`field-${field.id}`}
        inputMode={field.decimals === 0 ? 'numeric' : 'decimal'}
        autoComplete="off"
        value={typed}
        rightSection={unit === '' ? undefined : <span className={styles.unit}>{unit}</span>}
        rightSectionWidth={`${Math.max(3, unit.length * 0.62 + 1.75)}rem`}
        rightSectionPointerEvents="none"
        classNames={{ input: styles.numberInput }}
        error={
          left && reading.status === 'refused'
            ? text(`refused.field.${reading.why}`, {
                min: formatNumber(field.possible.min),
                max: formatNumber(field.possible.max),
                unit,
                decimals: field.decimals,
                ...(reading.why === 'not-below'
                  ? { other: reading.other.label[language], limit: formatNumber(reading.limit) }
                  : NO_OTHER),
              })
            : undefined
        }
        onBlur={onLeave}
        onChange={(event) => onType(event.currentTarget.value)}
      />
      {left && unusual !== null && (
        <Panel tone="warn" icon={IconHelpCircle} title={text('form.ask', { value: words })} aria-live="polite">
          <Checkbox
            label={text('form.confirm', { value: words })}
            id={`confirm-${field.id}`}
            data-testid={`confirm-${field.id}`}
            checked={reading.status === 'ok'}
            onChange={(event) => onConfirm(event.currentTarget.checked ? unusual : undefined)}
          />
        </Panel>
      )}
    </div>
  )
}

const NO_OTHER = { other: '', limit: '' }

/** The unusual value, also once it is confirmed, so that the confirmation can be seen and taken back. */
function askedValue({ plausible }: FieldOf<'number'>, typed: string, reading: Reading): number | null {
  if (reading.status === 'asks') return reading.value
  if (reading.status !== 'ok' || typeof reading.value !== 'number' || typed === '') return null
  return reading.value < plausible.min || reading.value > plausible.max ? reading.value : null
}
