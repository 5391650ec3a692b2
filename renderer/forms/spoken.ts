import type { Answer } from '@spira/shared/protocol/answers.ts'
import type { Field, FieldOf, SpokenText } from '@spira/shared/protocol/clinicalProtocol.ts'
import type { Language } from '@spira/shared/ui/languages.ts'
import type { IntlShape } from 'react-intl'
import type { AppText } from '../app/useAppText.ts'
import { icdTerm } from './icd/icd10.ts'

export const unitOf = ({ unit }: FieldOf<'number'>, language: Language): string =>
  typeof unit === 'string' ? unit : unit[language]

const optionIn = (options: readonly { value: string; label: SpokenText }[], value: string, language: Language) =>
  options.find((option) => option.value === value)?.label[language] ?? value

/** An answer in words, with its unit. */
export function answerInWords(
  field: Field,
  answer: Answer,
  { language, text, intl }: { readonly language: Language; readonly text: AppText; readonly intl: IntlShape },
): string {
  switch (field.kind) {
    case 'number':
      return `${intl.formatNumber(Number(answer))} ${unitOf(field, language)}`.trim()
    case 'choice':
      return optionIn(field.options, String(answer), language)
    case 'several':
      return (Array.isArray(answer) ? answer : []).map((value) => optionIn(field.options, value, language)).join(', ')
    case 'yes-no':
      return text(answer === true ? 'form.yes' : 'form.no')
    case 'date':
      return intl.formatDate(`${String(answer)}T12:00`, { dateStyle: 'medium' })
    case 'icd': {
      const term = icdTerm(String(answer), language)
      return term === null ? String(answer) : `${String(answer)} ${term}`
    }
    case 'text':
      return String(answer)
  }
}
