import { ActionIcon } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import styles from './ChoiceGroup.module.css'
import { useAppText } from './useAppText.ts'

interface ChoiceGroupProps<Value extends string> {
  readonly legend: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly name: string
  readonly choices: readonly {
    readonly value: Value
    readonly label: string
    readonly icon?: ReactNode
    readonly testId: string
  }[]
  readonly value: Value | undefined
  readonly onChange: (value: Value) => void
  /** Takes the answer back; a radio button alone cannot. */
  readonly onClear?: () => void
  readonly layout?: 'row' | 'pairs' | 'stack'
}

/** One of a few: native radio buttons, each in a card large enough for a gloved finger. */
export function ChoiceGroup<Value extends string>({
  legend,
  hint,
  error,
  name,
  choices,
  value,
  onChange,
  onClear,
  layout = 'row',
}: ChoiceGroupProps<Value>) {
  const text = useAppText()
  return (
    <fieldset className={styles.group}>
      <legend>
        {legend}
        {hint !== undefined && <span className={styles.hint}>{hint}</span>}
      </legend>
      {onClear !== undefined && value !== undefined && (
        <ActionIcon
          className={styles.clear}
          aria-label={text('form.clear', { question: legend })}
          title={text('form.clear', { question: legend })}
          onClick={onClear}
        >
          <IconX size="1.125rem" stroke={1.9} />
        </ActionIcon>
      )}
      <div className={styles.choices} data-layout={layout}>
        {choices.map((choice) => (
          <label key={choice.value} className={styles.choice}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              data-testid={choice.testId}
              onChange={() => onChange(choice.value)}
            />
            {choice.icon}
            <span>{choice.label}</span>
          </label>
        ))}
      </div>
      {error !== undefined && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  )
}
