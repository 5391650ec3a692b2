import { Autocomplete } from '@mantine/core'
import type { FieldOf } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { Reading } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import { useMemo } from 'react'
import { useAppText } from '../app/useAppText.ts'
import styles from './fields.module.css'
import { findIcd, icdTerm } from './icd/icd10.ts'

interface IcdFieldProps {
  readonly field: FieldOf<'icd'>
  readonly typed: string
  readonly reading: Reading
  readonly left: boolean
  readonly onType: (typed: string) => void
  readonly onLeave: () => void
}

/** A diagnosis by code or by words, without a network. A code that is not on the list is taken when it has the form of one. */
export function IcdField({ field, typed, reading, left, onType, onLeave }: IcdFieldProps) {
  const text = useAppText()
  const { language } = useLanguage()
  const found = useMemo(() => findIcd(typed, language), [typed, language])
  const nothingFound = typed.trim() !== '' && found.length === 0 && reading.status !== 'ok'
  const term = reading.status === 'ok' ? icdTerm(String(reading.value), language) : null
  return (
    <Autocomplete
      label={field.label[language]}
      description={nothingFound ? text('icd.notListed') : (term ?? field.hint?.[language] ?? text('icd.hint'))}
      id={`field-${field.id}`}
      data-testid={`field-${field.id}`}
      autoComplete="off"
      spellCheck={false}
      value={typed}
      data={found.map(({ code }) => code)}
      // The list is already what was looked for, by words too.
      filter={({ options }) => options}
      maxDropdownHeight={280}
      classNames={{ option: styles.option }}
      // Outside the page's landmarks a list is found by nobody who goes by them.
      comboboxProps={{ withinPortal: false }}
      renderOption={({ option }) => (
        <span className={styles.icd}>
          <strong>{option.value}</strong> {icdTerm(option.value, language)}
        </span>
      )}
      selectFirstOptionOnChange={false}
      error={left && reading.status === 'refused' ? text('refused.field.not-a-code') : undefined}
      onBlur={onLeave}
      onChange={onType}
    />
  )
}
