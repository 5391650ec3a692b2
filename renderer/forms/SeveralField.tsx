import type { FieldOf } from '@spira/shared/protocol/clinicalProtocol.ts'
import { toggled } from '@spira/shared/protocol/clinicalProtocolAnswers.ts'
import { useLanguage } from '@spira/shared/ui/LanguageContext.ts'
import choice from '../app/ChoiceGroup.module.css'
import styles from './fields.module.css'

interface SeveralFieldProps {
  readonly field: FieldOf<'several'>
  readonly chosen: readonly string[]
  readonly onChoose: (chosen: readonly string[]) => void
}

/** Any of many: native checkboxes; the exclusive one, where there is one, stands apart and alone. */
export function SeveralField({ field, chosen, onChoose }: SeveralFieldProps) {
  const { language } = useLanguage()
  return (
    <fieldset className={choice.group} id={`field-${field.id}`} tabIndex={-1}>
      <legend>{field.label[language]}</legend>
      <div className={styles.several}>
        {field.options.map(({ value, label }) => (
          <label key={value} className={choice.choice} data-exclusive={value === field.exclusive}>
            <input
              type="checkbox"
              value={value}
              checked={chosen.includes(value)}
              data-testid={`field-${field.id}-${value}`}
              onChange={() => onChoose(toggled(field, chosen, value))}
            />
            <span>{label[language]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
